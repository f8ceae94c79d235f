"""JUnit XML: a test case for each config, as CI systems show them. Nothing in it carries time or host."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from engine.results.checks.verdict import ConfigCheck

#: What XML 1.0 cannot hold, not even escaped.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(checks: Sequence[ConfigCheck]) -> str:
    """The document. An error is an `error`, what moved a `failure`, missing data a `skipped`."""
    kinds = [_kind(one) for one in checks]
    suite = ElementTree.Element("testsuite", name="overweight check", tests=str(len(checks)))
    for kind, plural in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(plural, str(kinds.count(kind)))
    for one, kind in zip(checks, kinds, strict=True):
        case = ElementTree.SubElement(suite, "testcase", classname="overweight.check", name=_clean(one.name))
        case.set("file", _clean(one.file))
        text = _clean(one.text)
        if kind:
            what = ElementTree.SubElement(case, kind, message=_clean(f"{one.word}: {one.summary}".rstrip(": ")))
            if kind != "skipped":
                what.set("type", one.word)
            what.text = text
        elif text:
            ElementTree.SubElement(case, "system-out").text = text
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"


def _kind(one: ConfigCheck) -> str:
    """ "" for what passes."""
    if one.word in ("error", "skipped"):
        return one.word
    return "" if one.good else "failure"


def _clean(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)
