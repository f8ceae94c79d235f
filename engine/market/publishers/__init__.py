"""The published formats of the world, one module per publisher.

Each module tells in its docstring how the publisher lays out the file and where it bites; gives the
addresses; and has `parse(content, place, ...) -> Table`, which never touches the network, and `wanted(...)`,
what a pull asks for.
"""
