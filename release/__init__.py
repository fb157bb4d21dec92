"""Versions: a commit and a number in; the version's commit, its tag and the files to publish out.

It imports none of the other packages and none imports it: what it packs, it packs from a clone.
"""
