"""Other tools for the same question, each in an environment of its own, and ours; photos in, what
each takes and finds, side by side, out.

``peer.py`` says which there are, ``tools/`` how each is asked. ``environment.py`` installs a peer,
``worker.py`` runs in its environment, ``asking.py`` starts it and reads its answers,
``measuring.py`` goes through the photos, ``table.py`` and ``plot.py`` show what came out. Peers are
run, not shipped.
"""
