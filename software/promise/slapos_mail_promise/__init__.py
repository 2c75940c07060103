"""Promise plugins of slapos-mail. slapgrid runs each in a process of its own, for 20 s at most."""
import sys

# slapgrid imports pkg_resources, which reads each of these folders. Where all eggs share one, the plugin names it once for
# each egg: fifty times, which took eight times as long as all the rest.
sys.path[:] = dict.fromkeys(sys.path)
