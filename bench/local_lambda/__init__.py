"""A local Lambda: environments of a function, each with Lambda's share of a CPU and its memory, behind an HTTP API.

    share.py        what Lambda gives for an amount of memory
    cgroup.py       how Linux gives just that to a process (cgroup v1 and v2)
    wire.py         HTTP/1.1 messages on a socket
    environment.py  one environment: a process and its Runtime API (2018-06-01)
    function.py     up to N environments, started on demand, recycled when told
    front.py        the HTTP API before it (payload format 2.0)
    functions.py    the functions that are compared: tern, and spaCy under awslambdaric

`python -m local_lambda --help` (in bench/) serves one of them.
"""
