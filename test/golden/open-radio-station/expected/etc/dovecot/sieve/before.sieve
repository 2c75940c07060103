# Made by slapos-mail. Do not edit: it is written again. Runs before people's own scripts.
require ["fileinto", "imap4flags"];

# The spam filter's verdict.
if header :is "X-Spam" "Yes" {
  fileinto :flags "\\Seen" "Junk";
}
