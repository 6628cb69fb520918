"""What goes over the wire: the shapes of requests and answers, one module for each room.

The service, the client and the pages share them. They import pydantic, the task types and the standard library, so
that a program with the client alone has them too. An answer ignores fields that it does not know: a newer service may
give more. A request refuses them (`base.In`).
"""
