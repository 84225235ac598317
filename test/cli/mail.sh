#!/bin/bash
# A Japanese mail as it comes: looked at, taken in, found by a word in its ISO-2022-JP subject.
. "$(dirname "$0")/lib.sh"
cd "$tmp" || exit 4
"$root/test/cli/material.py" mail m.eml
t mail look m.eml
is 'looking needs no store and no basis' exits 0
is 'the subject is readable' out '^ +subject +ご請求書の添付 '
is 'with the bytes it stands in' out 'subject .*\[byte [0-9]+, [0-9]+ long\]'
is 'the sender is' out 'from +曙電力 <info@akebono-den\.example>'
is 'the path is' out 'hop .*203\.0\.113\.9'
is 'the attachment has its name' out '請求書\.zip'
is 'and the hash of what it decodes to' out "$(printf 'PK\003\004 not really an archive' | sha256sum | cut -d' ' -f1)"
t mail look m.eml --json
is 'as a dossier' json schema noroshi.dossier/1
is 'of the mail eye' json eye.name mail
is 'the link in the body is an observable' out '"value":"http://login\.akebono-den\.example/kakunin"'
t mail look "$root/test/cli/material.py"
is 'a program text is no mail' exits 3
is 'in one line' one_line err
t unit add member-a --store a.db --name-ja 曙電力 --name-en 'Akebono Power'
t intake add --store a.db --unit member-a --basis 'request 1' m.eml
is 'it goes in, its kind recognised' out 'm\.eml: mail dossier'
for word in 添付 添 請求 ファイル ﾌｧｲﾙ 203.0.113.9 info@akebono-den.example; do
	t search --store a.db "$word"
	is "$word finds it" out 'm\.eml'
done
t search --store a.db 添削
is 'a word that is not in it does not' silent
t search --store a.db 'login[.]akebono-den[.]example'
is 'a defanged name finds it' out 'm\.eml'
finish
