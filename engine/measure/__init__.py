"""How a portfolio did and how sure one can be: metrics, episodes, inference. Arrays in, numbers out."""
