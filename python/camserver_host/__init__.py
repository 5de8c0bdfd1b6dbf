"""Runs a user's Python function in a process of its own, for one instance of CamServer.

Commands and results travel over descriptor 3, arrays lie in shared memory (docs/user-functions-protocol.md).
"""
