"""Promise plugins of slapos-mail. slapgrid runs each in a process of its own, for 20 s at most."""
