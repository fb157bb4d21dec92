"""Models and data in, accuracy by protocol and latency by stage out."""
