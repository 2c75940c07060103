"""Promise plugins of slapos-mail. slapgrid runs each in a process of its own, for at most 20 s."""
import sys

# slapgrid imports pkg_resources, which reads each folder of sys.path. Where all eggs share a folder, the generated plugin
# adds it once for each egg, about fifty times; reading it that often takes eight times as long as the rest of a promise.
sys.path[:] = dict.fromkeys(sys.path)
