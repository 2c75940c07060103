"""Promise plugins of slapos-mail. slapgrid runs each in a process of its own, for at most 20 s."""
