"""Runs a command and prints as JSON what it cost together with all processes that it waited for (wait4(2)).

Prints `{"status", "seconds", "cpuSeconds", "mebibytes", "output"}`: exit status, elapsed time, user and system time, the
largest resident set of any one process, and standard output and error.
"""
import json
import os
import sys
import tempfile
import time

with tempfile.TemporaryFile() as output:
  start = time.monotonic()
  pid = os.fork()
  if pid == 0:
    os.dup2(output.fileno(), 1)
    os.dup2(output.fileno(), 2)
    os.execvp(sys.argv[1], sys.argv[1:])
  _pid, status, usage = os.wait4(pid, 0)
  seconds = time.monotonic() - start
  output.seek(0)
  json.dump({
    'status': os.waitstatus_to_exitcode(status),
    'seconds': seconds,
    'cpuSeconds': usage.ru_utime + usage.ru_stime,
    'mebibytes': usage.ru_maxrss / 1024,
    'output': output.read().decode('utf-8', 'replace'),
  }, sys.stdout)
