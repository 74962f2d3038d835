"""What `run.py` is made of: the machine, the servers, ours, the peers, the figures and the report."""
