"""A name server on 127.0.0.1 that knows one host; says "up" when it can be asked."""
import socket
import struct


def name(text):
    return b"".join(bytes([len(p)]) + p.encode() for p in text.split(".")) + b"\0"


RECORDS = {
    ("host.example.test", 1): bytes([10, 1, 2, 3]),
    ("host.example.test", 28): socket.inet_pton(socket.AF_INET6, "fd00::5"),
    ("host.example.test", 15): struct.pack(">H", 10) + name("mx.example.test"),
    ("host.example.test", 16): b"\x05hello\x05world",
    ("host.example.test", 33): struct.pack(">HHH", 1, 2, 443) + name("srv.example.test"),
    ("3.2.1.10.in-addr.arpa", 12): name("host.example.test"),
}
NAMES = {n for n, _ in RECORDS}

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
print("up", flush=True)
while True:
    query, peer = server.recvfrom(2000)
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode())
        at += 1 + query[at]
    asked = ".".join(labels).lower()
    data = RECORDS.get((asked, struct.unpack(">H", query[at + 1 : at + 3])[0]))
    code = 0 if asked in NAMES else 3
    reply = query[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, data is not None, 0, 0) + query[12 : at + 5]
    if data is not None:
        reply += b"\xc0\x0c" + query[at + 1 : at + 5] + struct.pack(">IH", 60, len(data)) + data
    server.sendto(reply, peer)
