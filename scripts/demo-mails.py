#!/usr/bin/env python3
"""demo-mails.py -- writes data/demo/mails/*.eml, byte for byte the same every time.

People, companies, domains (.example) and addresses (RFC 5737) are invented; the attachments are plain
text.  The bytes are those of real mailers: ISO-2022-JP with NEC row 13, CP932 file names, folded words."""
import base64
import hashlib
import os
import sys

OUT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'data/demo/mails')
ESC = b'\x1b'


def iso2022jp(text):
    """CP932's repertoire in ISO-2022-JP escapes, as Japanese mailers write it."""
    out, kanji = b'', False
    for ch in text:
        b = ch.encode('cp932')
        if len(b) == 1:
            out += (ESC + b'(B' if kanji else b'') + b
            kanji = False
            continue
        hi, lo = b
        hi = (hi - (0x81 if hi < 0xa0 else 0xc1)) * 2
        if lo >= 0x9f:
            hi, lo = hi + 1, lo - 0x9f
        else:
            lo -= 0x40 + (lo >= 0x80)
        out += (b'' if kanji else ESC + b'$B') + bytes([hi + 0x21, lo + 0x21])
        kanji = True
    return out + (ESC + b'(B' if kanji else b'')


def encode(text, charset):
    return iso2022jp(text) if charset == 'ISO-2022-JP' else text.encode({'Shift_JIS': 'cp932'}.get(charset, charset))


def word(text, charset='ISO-2022-JP'):
    b = base64.b64encode(encode(text, charset)).decode()
    return '=?%s?B?%s?=' % (charset, b)


def body64(data):
    b = base64.b64encode(data)
    return b'\r\n'.join(b[i:i + 76] for i in range(0, len(b), 76)) + b'\r\n'


def head(*fields):
    return b''.join((f if isinstance(f, bytes) else f.encode()) + b'\r\n' for f in fields)


def multipart(boundary, *parts):
    out = b'This is a multi-part message in MIME format.\r\n'
    for h, b in parts:
        out += b'--' + boundary.encode() + b'\r\n' + h + b'\r\n' + b
        if not b.endswith(b'\r\n'):
            out += b'\r\n'
    return out + b'--' + boundary.encode() + b'--\r\n'


def text_part(text, charset):
    if charset == 'ISO-2022-JP':
        return (head('Content-Type: text/plain; charset=ISO-2022-JP', 'Content-Transfer-Encoding: 7bit'),
                iso2022jp(text).replace(b'\n', b'\r\n'))
    return (head('Content-Type: text/plain; charset=%s' % charset, 'Content-Transfer-Encoding: base64'),
            body64(encode(text.replace('\n', '\r\n'), charset)))


def html_part(html, charset):
    return (head('Content-Type: text/html; charset=%s' % charset, 'Content-Transfer-Encoding: base64'),
            body64(encode(html, charset)))


def file_part(raw_name, data, ctype='application/octet-stream'):
    return (head('Content-Type: ' + ctype, b'Content-Disposition: attachment;\r\n filename=' + raw_name,
                 'Content-Transfer-Encoding: base64'), body64(data))


def write(name, data):
    with open(os.path.join(OUT, name), 'wb') as f:
        f.write(data)


# ---- 2011: a genuine mail, and the same mail stolen and sent again ten hours later ----

LETTER = '''関係各位

いつもお世話になっております。協栄連絡会事務局の佐藤です。
8/31(水)の会議①（㈱あけぼの電力様ご説明）の資料を事前に送付いたします。
当日は印刷版を用意いたしますので、添付ファイルは事前の確認用として
ご活用頂ければ幸いです。

以上、宜しくお願い致します。
'''
AGENDA = '平成23年8月31日（水）協栄連絡会 会議次第\r\n１　開会\r\n２　計画停電の見通しについて\r\n３　その他\r\n'
AGENDA_REUSED = ('（デモ用の無害なテキストです。実際の事案では不正プログラムが入る場所です。）\r\n'
                 '平成23年8月31日（水）協栄連絡会 会議次第（改訂版）\r\n')


def letter_2011(when, hops, message_id, name_raw, agenda, return_path):
    return head('Return-Path: <%s>' % return_path, *hops,
                'From: %s <jimukyoku@kyoei-renraku.example>' % word('協栄連絡会事務局'),
                'To: %s <kikaku@akebono-power.example>' % word('あけぼの電力 企画部'),
                'Subject: %s' % word('資料事前送付'), 'Date: ' + when, 'Message-ID: ' + message_id,
                'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary="=_kyoei_2011"', '') + \
        multipart('=_kyoei_2011', text_part(LETTER, 'ISO-2022-JP'),
                  file_part(name_raw, agenda.encode('cp932'), 'text/plain'))


def year_2011():
    quoted = b'"' + word('0831会議資料.txt', 'Shift_JIS').encode() + b'"'
    raw = b'"' + '0831会議資料.txt'.encode('cp932') + b'"'
    write('2011-08-26-1130-genuine.eml', letter_2011(
        'Fri, 26 Aug 2011 11:30:02 +0900',
        ['Received: from mail.kyoei-renraku.example (mail.kyoei-renraku.example [192.0.2.25])\r\n'
         '\tby mx.akebono-power.example (Postfix) with ESMTP id 5C0FFEE01\r\n'
         '\tfor <kikaku@akebono-power.example>; Fri, 26 Aug 2011 11:30:09 +0900 (JST)'],
        '<20110826113002.4E57.JIMUKYOKU@kyoei-renraku.example>', quoted, AGENDA,
        'jimukyoku@kyoei-renraku.example'))
    write('2011-08-26-2130-reuse.eml', letter_2011(
        'Fri, 26 Aug 2011 21:30:41 +0900',
        ['Received: from smtp-out.hanabi-mail.example (smtp-out.hanabi-mail.example [198.51.100.23])\r\n'
         '\tby mx.akebono-power.example (Postfix) with ESMTP id 5C0FFEE77\r\n'
         '\tfor <kikaku@akebono-power.example>; Fri, 26 Aug 2011 21:30:50 +0900 (JST)',
         'Received: from pc-2 (unknown [198.51.100.201])\r\n'
         '\tby smtp-out.hanabi-mail.example with ESMTPA; Fri, 26 Aug 2011 20:30:44 +0800'],
        '<4E579201.7050609@hanabi-mail.example>', raw, AGENDA_REUSED, 'satou_k@hanabi-mail.example'))


# ---- 2026-11-21: one campaign against four members ----

DECOY = ('これは狼煙のデモンストレーション用の無害なテキストファイルです。\r\n'
         'This is a harmless text file of the Noroshi demonstration.\r\n').encode()
DECOY_SHA256 = hashlib.sha256(DECOY).hexdigest()
RLO_NAME = '会員ポータル更新手順\u202etxt.scr'
LURE_HTML = '''<html><body><p>%(to)s 各位</p>
<p>平素より協栄会員ポータルをご利用頂き、誠にありがとうございます。<br>
%(why)s</p>
<p><a href="http://update.kyoei-portal.example/auth?m=%(member)s">https://www.kyoei-kaiin.example/login</a></p>
<p>手順は添付ファイルをご参照ください。本日中にお手続き頂けない場合、ご利用を停止いたします。</p>
<p>協栄会員ポータル サポート窓口</p></body></html>
'''
LURE_TEXT = '''%(to)s 各位

平素より協栄会員ポータルをご利用頂き、誠にありがとうございます。
%(why)s

http://update.kyoei-portal.example/auth?m=%(member)s

手順は添付ファイルをご参照ください。
協栄会員ポータル サポート窓口
'''
TARGETS = (
    ('energy', 'akebono-power', 'あけぼの電力株式会社', 'soumu', '09:12:31', 'ISO-2022-JP', '198.51.100.44',
     '【重要】会員ポータル認証更新のお願い（㈱あけぼの電力様）', '設備情報の連携①に伴い、認証情報の更新をお願いいたします。'),
    ('finance', 'shiosai-bank', '株式会社しおさい銀行', 'jimu', '09:14:07', 'UTF-8', '198.51.100.44',
     '【重要】会員ポータル 本人確認の再登録について', '不正送金対策の強化に伴い、本人確認の再登録をお願いいたします。'),
    ('manufacturing', 'tsubame-seimitsu', 'つばめ精密工業株式会社', 'eigyo', '09:31:55', 'Shift_JIS', '198.51.100.61',
     '至急：図面共有ポータルの移行手続き', '図面共有の移行に伴い、本日中の再認証をお願いいたします。'),
    ('medical', 'hinata-medical', '医療法人ひなた会', 'jimubu', '10:02:18', 'UTF-8', '198.51.100.61',
     '医療費通知ポータル 認証更新のご案内', '医療費通知の電子化に伴い、認証情報の更新をお願いいたします。'),
)


def campaign():
    for sector, member, company, local, at, charset, relay, subject, why in TARGETS:
        form = {'to': company, 'why': why, 'member': hashlib.sha256(member.encode()).hexdigest()[:10]}
        name = ('"' + word(RLO_NAME, 'UTF-8') + '"').encode()
        if member == 'hinata-medical':
            pct = ''.join('%%%02X' % b for b in RLO_NAME.encode())
            name = b"\"kaiin-portal.txt\";\r\n filename*0*=UTF-8''" + pct[:60].encode() + b';\r\n filename*1*=' + pct[60:].encode()
        alternative = multipart('=_alt_' + sector, text_part(LURE_TEXT % form, charset),
                                html_part(LURE_HTML % form, charset))
        write('2026-11-21-%s.eml' % member, head(
            'Return-Path: <bounce-%s@kyoei-portal.example>' % form['member'],
            'Received: from mail.kyoei-portal.example (unknown [%s])' % relay +
            '\r\n\tby mx.%s.example (Postfix) with ESMTP id 4A1B%s' % (member, form['member'][:6].upper()) +
            '\r\n\tfor <%s@%s.example>; Sat, 21 Nov 2026 %s +0900 (JST)' % (local, member, at),
            'Received: from WIN-7K2 ([10.8.0.6]) by mail.kyoei-portal.example with ESMTPA;\r\n'
            '\tSat, 21 Nov 2026 %s +0800' % ('%02d%s' % (int(at[:2]) - 1, at[2:])),
            'Authentication-Results: mx.%s.example; spf=softfail smtp.mailfrom=kyoei-portal.example;\r\n'
            '\tdkim=none; dmarc=fail header.from=kyoei-kaiin.example' % member,
            'From: %s <info@kyoei-kaiin.example>' % word('協栄会員ポータル', charset),
            'Reply-To: kyoei.portal.desk@yahoo.co.jp',
            'To: %s <%s@%s.example>' % (word(company, charset), local, member),
            'Subject: %s' % word(subject, charset), 'Date: Sat, 21 Nov 2026 %s +0900' % at,
            'Message-ID: <%s.%s@kyoei-portal.example>' % (at.replace(':', ''), form['member']),
            'X-Mailer: Foxmail 7.2.25.331[cn]', 'MIME-Version: 1.0',
            'Content-Type: multipart/mixed; boundary="=_mix_%s"' % sector, '') +
            multipart('=_mix_' + sector,
                      (head('Content-Type: multipart/alternative; boundary="=_alt_%s"' % sector), alternative),
                      file_part(name, DECOY)))


# ---- the same day: newsletters that share nothing but what everybody shares ----

NEWSLETTERS = (
    ('member-minato-logistics', 'buturyu-tsushin', 'ぶつりゅう通信', 'minato-logistics', '07:00:12', '192.0.2.81',
     '今週の港湾統計と運賃の動き', '今週の港湾統計をまとめました。コンテナ取扱量は前年同月比で微増です。用語の説明もご覧ください。'),
    ('member-shiosai-bank', 'kinyu-digest', '金融ダイジェスト', 'shiosai-bank', '07:30:40', '192.0.2.133',
     '朝刊ダイジェスト 11月21日号', '本日の主な話題をお届けします。長期金利の動き、地域金融の話題、週明けの予定を掲載しています。'),
    ('member-tsubame-seimitsu', 'machine-weekly', '機械週報', 'tsubame-seimitsu', '08:05:02', '192.0.2.190',
     '【機械週報】展示会の日程と新製品', '来月の展示会の日程と、各社の新しい加工機をご紹介します。会場の地図もあわせてご覧ください。'),
)


def newsletters():
    for _, sender, title, member, at, relay, subject, text in NEWSLETTERS:
        html = ('<html><body><h1>%s</h1><p>%s</p><p><a href="https://www.wikipedia.org/">用語</a> '
                '<a href="https://www.google.com/">地図</a> <a href="https://www.%s.example/">%s</a></p>'
                '</body></html>' % (title, text, sender, title))
        write('2026-11-21-newsletter-%s.eml' % sender, head(
            'Return-Path: <bounce@%s.example>' % sender,
            'Received: from mta.%s.example (mta.%s.example [%s])' % (sender, sender, relay) +
            '\r\n\tby mx.%s.example (Postfix) with ESMTPS; Sat, 21 Nov 2026 %s +0900 (JST)' % (member, at),
            'Authentication-Results: mx.%s.example; spf=pass smtp.mailfrom=%s.example; dkim=pass\r\n'
            '\theader.d=%s.example; dmarc=pass header.from=%s.example' % (member, sender, sender, sender),
            'From: %s <news@%s.example>' % (word(title, 'UTF-8'), sender), 'To: info@%s.example' % member,
            'Subject: %s' % word(subject, 'UTF-8'), 'Date: Sat, 21 Nov 2026 %s +0900' % at,
            'Message-ID: <20261121.%s@%s.example>' % (at.replace(':', ''), sender),
            'List-Unsubscribe: <https://www.%s.example/stop>' % sender, 'MIME-Version: 1.0',
            'Content-Type: multipart/alternative; boundary="=_nl_%s"' % sender, '') +
            multipart('=_nl_' + sender, text_part(title + '\n\n' + text + '\n', 'UTF-8'),
                      html_part(html, 'UTF-8')))


# ---- what the vendors and the partner report about it ----

HAYATE = '''国民を守る連絡窓口 御中

はやてセキュリティ株式会社の林です。弊社の観測で把握した情報を共有いたします。

■概要
  会員ポータルを騙る標的型メールを、11月21日午前に複数の業種で確認しました。
■通信先
  hxxp://update[.]kyoei-portal[.]example/auth
  ２０３．０．１１３．７７（上記の名前解決の結果）
■添付ファイル
  SHA-256: %s
  ファイル名に右から左への制御文字（U+202E）が使われています。
■差出経路
  198.51.100[.]44
■被害組織
  ○○.example（組織名は伏せております）
''' % DECOY_SHA256
NORDHAVN = '''Dear colleagues,

Nordhavn CERT saw the infrastructure below used against two of our constituents this week.
Please handle as TLP:GREEN.

  C2 / phishing host  update[.]kyoei-portal[.]example
  address             203.0.113[.]77  (since 2026-11-19)
  sending host        198.51.100[.]61
  reply address       kyoei.portal.desk[at]yahoo.co[.]jp

We would be grateful for anything you can tell us about the attachment
(SHA-256 %s).

Regards,
Nordhavn CERT duty officer
''' % DECOY_SHA256
KUMO = '''狼煙運用担当 様

雲研究所の雲井です。TLP:RED でお送りします。宛先の方限りでお願いいたします。

顧客環境の調査で、次の通信先に接続した端末が見つかりました。
  hxxp://update[.]kyoei-portal[.]example/auth?m=
  予備の通信先: cdn.kyoei-portal[.]example（いずれも 203.0.113[.]77）
顧客名は [redacted] です。
'''


def report(name, sender, local, relay, at, zone, who, subject, text, charset):
    day, rcv = 'Sat, 21 Nov 2026 ', '14:20:05'
    write(name, head(
        'Return-Path: <%s@%s.example>' % (local, sender),
        'Received: from mail.%s.example (mail.%s.example [%s])' % (sender, sender, relay) +
        '\r\n\tby mx.noroshi.example (Postfix) with ESMTPS; %s%s +0900 (JST)' % (day, rcv),
        'Authentication-Results: mx.noroshi.example; spf=pass smtp.mailfrom=%s.example; dmarc=pass' % sender,
        'From: %s <%s@%s.example>' % (who, local, sender), 'To: watch@noroshi.example',
        'Subject: ' + subject, 'Date: %s%s %s' % (day, at, zone),
        'Message-ID: <%s.1121@%s.example>' % (at.replace(':', ''), sender), 'MIME-Version: 1.0') +
        text_part(text, charset)[0] + b'\r\n' + text_part(text, charset)[1])


def reports():
    report('2026-11-21-vendor-hayate.eml', 'hayate-security', 'threat', '192.0.2.140', '14:19:44', '+0900',
           word('はやてセキュリティ 林'), word('【情報共有】会員ポータルを騙る標的型メール'), HAYATE, 'ISO-2022-JP')
    report('2026-11-21-partner-nordhavn.eml', 'nordhavn-cert', 'duty', '192.0.2.201', '06:19:10', '+0100',
           'Nordhavn CERT', 'Infrastructure targeting member portals', NORDHAVN, 'US-ASCII')
    report('2026-11-21-vendor-kumo-red.eml', 'kumo-labs', 'kumoi', '192.0.2.166', '14:18:30', '+0900',
           word('雲井'), word('【TLP:RED】通信先の追加情報'), KUMO, 'ISO-2022-JP')


def main():
    os.makedirs(OUT, exist_ok=True)
    year_2011()
    campaign()
    newsletters()
    reports()
    print('%d mails in %s' % (len([f for f in os.listdir(OUT) if f.endswith('.eml')]), OUT))


if __name__ == '__main__':
    sys.exit(main())
