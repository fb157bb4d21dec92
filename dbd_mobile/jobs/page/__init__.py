"""A detector in; a page and a small HTTP API that ask it, on this machine, out.

:func:`dbd_mobile.jobs.page.server.serve` needs the extra ``serve``::

    pip install "dbd-mobile[serve]"
"""
