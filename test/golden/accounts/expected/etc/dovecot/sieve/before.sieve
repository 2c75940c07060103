# Made by slapos-mail. Do not edit: it is written again. Runs before people's own scripts.
require ["fileinto", "imap4flags", "vnd.dovecot.execute"];

# What people's scripts send on in a circle ends where it has been before, unless nobody in the circle keeps it.
if allof(exists "X-Sieve-Redirected-From", execute :pipe "already-kept") {
  discard;
  stop;
}

# The spam filter's verdict.
if header :is "X-Spam" "Yes" {
  fileinto :flags "\\Seen" "Junk";
}
