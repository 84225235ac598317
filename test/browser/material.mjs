// Material for the browser tests, made here: mails in the shapes Japanese mail has, and a capture.
// Names, companies and addresses are fictional or from the documentation ranges.
import { Buffer } from "node:buffer";

const b64 = (s) => Buffer.from(s, "utf8").toString("base64");

// 資料事前送付 and a body with 添付, in ISO-2022-JP as a Japanese mail program writes them.
const SUBJECT_JIS = "=?ISO-2022-JP?B?GyRCO3FOQTt2QTBBd0lVGyhC?=";
const BODY_JIS = "\x1b$B4X78$N3F0L\x1b(B\r\n\r\n\x1b$BEvF|$NE:IU;qNA$rAw$j$^$9!#\x1b(B\r\n";
const ATTACHMENT = Buffer.from("MZ this is harmless text, it only begins like a program\n".repeat(20), "latin1");

function attachment(name) {
	return "--b1\r\nContent-Type: application/octet-stream; name=\"" + name + "\"\r\nContent-Disposition: attachment; filename=\""
		+ name + "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + ATTACHMENT.toString("base64").replace(/.{76}/g, "$&\r\n") + "\r\n";
}

function mail({ from, replyTo, to, subject, body, charset, file, date, id, hop }) {
	return Buffer.from([
		"Return-Path: <" + (replyTo ?? from) + ">",
		`Received: from mx.tsubame.test (mx.tsubame.test [203.0.113.25]) by mail.tsubame.test; ${date}`,
		`Received: from pc-7 (unknown [${hop}]) by mx.tsubame.test; ${date}`,
		`From: ${from}`, ...(replyTo ? [`Reply-To: ${replyTo}`] : []), `To: ${to}`, `Subject: ${subject}`, `Date: ${date}`,
		`Message-ID: <${id}@kyokai.test>`, "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=\"b1\"", "",
		"--b1", `Content-Type: text/plain; charset=${charset}`, ...(charset === "utf-8" ? ["Content-Transfer-Encoding: base64"] : []), "",
		(charset === "utf-8" ? b64(body) : body) + "\r\n" + (file ? attachment(file) : "") + "--b1--", ""].join("\r\n"), "latin1");
}

export const lure = mail({ from: "yamada@kyokai.test", replyTo: "yamada.kyokai@freemail.test", to: "soumu@tsubame.test", subject: SUBJECT_JIS,
	body: BODY_JIS, charset: "iso-2022-jp", file: "shiryo.doc.exe", date: "Fri, 26 Aug 2011 21:30:05 +0900", id: "a1", hop: "198.51.100.77" });

export const second = mail({ from: "yamada@kyokai.test", replyTo: "yamada.kyokai@freemail.test", to: "keiri@shiosai.test", subject: SUBJECT_JIS,
	body: BODY_JIS, charset: "iso-2022-jp", file: "shiryo.doc.exe", date: "Fri, 26 Aug 2011 22:10:41 +0900", id: "a2", hop: "198.51.100.77" });

// Text that would act if any page took it for markup.
export const HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";
// A mark that writes what follows from right to left: the name ends in exe and looks like a picture's.
export const REVERSED = `=?utf-8?B?${b64("syashin\u202egpj.exe")}?=`;
export const hostile = mail({ from: "x@kyokai.test", to: "soumu@tsubame.test", subject: `=?utf-8?B?${b64(HOSTILE)}?=`,
	body: `添付をご覧ください ${HOSTILE}`, charset: "utf-8", file: REVERSED, date: "Sat, 27 Aug 2011 09:00:00 +0900", id: "h1", hop: "198.51.100.78" });

// One more mail to hand in by hand; a serial number makes it a new one each time.
export const fresh = (n) => mail({ from: "tanaka@kyokai.test", replyTo: "tanaka@freemail.test", to: "soumu@tsubame.test", subject: "=?utf-8?B?" + b64(`請求書 ${n}`) + "?=",
	body: `請求書を送ります。番号 ${n}`, charset: "utf-8", file: "seikyusho.pdf.exe", date: "Sat, 27 Aug 2011 10:00:00 +0900", id: `f${n}`, hop: "198.51.100.79" });

export const garbage = Buffer.from(Array.from({ length: 600 }, (_, i) => (i * 37 + 11) & 0xff));

function checksum(b) {
	let s = 0;
	for (let i = 0; i < b.length; i += 2)
		s += b.readUInt16BE(i);
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return ~s & 0xffff;
}

function syn(src, dst, sport, dport, seq) {
	const f = Buffer.alloc(54);
	Buffer.from("020000000001020000000002" + "0800", "hex").copy(f);
	f[14] = 0x45;
	f.writeUInt16BE(40, 16);
	f.writeUInt16BE(seq & 0xffff, 18);
	f[22] = 52;
	f[23] = 6;
	src.split(".").forEach((v, i) => { f[26 + i] = Number(v); });
	dst.split(".").forEach((v, i) => { f[30 + i] = Number(v); });
	f.writeUInt16BE(checksum(f.subarray(14, 34)), 24);
	f.writeUInt16BE(sport, 34);
	f.writeUInt16BE(dport, 36);
	f.writeUInt32BE(0x1000 + seq, 38);
	f[46] = 0x50;
	f[47] = 2;
	f.writeUInt16BE(1024, 48);
	return f;
}

// A scan of port 23: one source asks every address of 192.0.2.0/26 four times within two hours.
function capture() {
	const head = Buffer.alloc(24);
	head.writeUInt32LE(0xa1b2c3d4, 0);
	head.writeUInt16LE(2, 4);
	head.writeUInt16LE(4, 6);
	head.writeUInt32LE(65535, 16);
	head.writeUInt32LE(1, 20);
	const out = [head];
	const start = Date.UTC(2011, 7, 26, 11, 0, 0) / 1000;
	for (let i = 0; i < 256; i++) {
		const p = syn("198.51.100.77", `192.0.2.${i % 64}`, 40000 + (i >> 6), 23, i);
		const r = Buffer.alloc(16);
		r.writeUInt32LE(start + i * 28, 0);
		r.writeUInt32LE(i, 4);
		r.writeUInt32LE(p.length, 8);
		r.writeUInt32LE(p.length, 12);
		out.push(r, p);
	}
	return Buffer.concat(out);
}
export const scan = capture();

// What `demo build --data` reads: the world's units and people, and this material through the door.
export const manifest = [
	{ file: "scan.pcap", unit: "pref-13", sensor: "sensor-13-a", basis: "", tlp: "TLP:GREEN", params: { darknet: ["192.0.2.0/26"] } },
	{ file: "lure.eml", unit: "member-tsubame-seimitsu", basis: "", tlp: "TLP:AMBER", release: ["npa"] },
	{ file: "second.eml", unit: "member-shiosai-bank", basis: "", tlp: "TLP:AMBER", release: ["npa"] },
	{ file: "hostile.eml", unit: "pref-23", basis: "", tlp: "TLP:GREEN" },
];
export const files = { "scan.pcap": scan, "lure.eml": lure, "second.eml": second, "hostile.eml": hostile };
