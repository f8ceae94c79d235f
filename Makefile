# `make help` lists the targets. Each does its own set-up in .venv; nothing but the package index is reached.
# A stamp file in .venv remembers what is installed; a change of pyproject.toml or constraints.txt installs again.
# Kept to what GNU make 3.81 (macOS) understands.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo test check check-heavy bench bench-truth calibration docs findings constraints clean

# Compiled imports and compiled kernels are kept, whatever the shell around says.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHON

PY := .venv/bin/python
PIP := $(PY) -m pip
DECLARED := pyproject.toml constraints.txt

# Extras by purpose. `test` brings statistics, sources, reports, queries and vectorbt; `heavy` is what check-heavy adds.
TEST_EXTRAS := test
CHECK_EXTRAS := test,dev
HEAVY_EXTRAS := test,browser,ray

# Tests run side by side, one process a core.
JOBS := auto

DEMO := metals_lead hard_asset_rotation always_over buy_and_hold equal_weight momentum_rotation
DEMO_CONFIGS := $(patsubst %,configs/%.yaml,$(DEMO))

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: .venv/.core ## make .venv with what running needs
	@echo "Ready: .venv/bin/overweight --help"

demo: .venv/.core ## backtest six configs on the embedded sample and compare them
	@.venv/bin/overweight run $(DEMO_CONFIGS)

test: .venv/.test ## run the tests
	@$(PY) -m pytest -n $(JOBS) $(ARGS)

check: .venv/.dev ## the gate: format, lint, types, the baselines of the configs, tests
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy --strict engine
	@.venv/bin/overweight check
	@$(MAKE) --no-print-directory test

check-heavy: .venv/.heavy ## the tests that take minutes, and which of them were skipped
	@status=0; $(PY) -m pytest -m heavy --collect-only -q >.venv/heavy.log 2>&1 || status=$$?; \
	case $$status in \
		0) $(PY) -m pytest -m heavy -rs -n $(JOBS) $(ARGS) ;; \
		5) echo "check-heavy: no heavy test" ;; \
		*) cat .venv/heavy.log; exit $$status ;; \
	esac

bench: .venv/.test ## speed, as ratios measured in one run
	@$(PY) bench/run.py $(ARGS)

bench-truth: .venv/.test ## identities on 10,000 random markets, parity with vectorbt, nine engines, event studies, calibration (minutes)
	@$(PY) bench/truth.py $(ARGS)

calibration: .venv/.test ## on 1,000 made markets: how often tests reject and intervals cover; docs/calibration.md (minutes)
	@$(PY) bench/calibration.py --write docs/calibration.md $(ARGS)

docs: .venv/.test ## run every command that the pages show, and write down what it prints
	@$(PY) tools/refresh_docs.py

findings: .venv/.test ## run every config and claim, and write docs/findings.md from what came of it (minutes)
	@.venv/bin/overweight findings --out docs/findings.md

constraints: .venv/.made ## resolve constraints.txt anew, to the newest versions
	@$(PIP) install -q uv
	@sh tools/pin $(PY) constraints.txt

clean: ## remove .venv, builds and caches; results stay
	@rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- what the targets stand on ---

# A .venv that still answers is kept; one whose Python has gone is made anew.
.venv/.made:
	@if $(PY) -m pip --version >/dev/null 2>&1; then :; else \
		python=$$(sh tools/find_python) || exit 1; \
		echo "Making .venv with $$("$$python" --version)"; \
		rm -rf .venv && "$$python" -m venv .venv; \
	fi
	@touch $@

.venv/.core: .venv/.made $(DECLARED)
	@echo "Installing overweight into .venv (once, about a minute)"
	@$(PIP) install -q -c constraints.txt -e .
	@touch $@

.venv/.test: .venv/.made $(DECLARED)
	@echo "Installing overweight and what its tests need into .venv (once, a minute or two)"
	@$(PIP) install -q -c constraints.txt -e '.[$(TEST_EXTRAS)]'
	@touch $@ .venv/.core

.venv/.dev: .venv/.made $(DECLARED)
	@echo "Installing overweight, test and lint tools into .venv (once, a minute or two)"
	@$(PIP) install -q -c constraints.txt -e '.[$(CHECK_EXTRAS)]'
	@touch $@ .venv/.test .venv/.core

.venv/.heavy: .venv/.made $(DECLARED)
	@if [ '$(HEAVY_EXTRAS)' = '$(TEST_EXTRAS)' ]; then $(MAKE) -s --no-print-directory .venv/.test; else \
		echo "Installing what the heavy tests need into .venv (once, a minute or two)"; \
		$(PIP) install -q -c constraints.txt -e '.[$(HEAVY_EXTRAS)]' && touch .venv/.test .venv/.core; \
	fi
	@touch $@
