# SPDX-License-Identifier: GPL-2.0-only
# rsi-contract*.tsv -> one ROW(name, fid, x1..x4, x0..x3 expected) statement per line.
BEGIN { FS = "\t" }
/^#/ || NF == 0 { next }
(NF != 10 && NF != 11) || $6 != "->" {
	print FILENAME ":" FNR ": expected 10 or 11 fields, with -> as the sixth" > "/dev/stderr"
	exit 1
}
{
	name = $1
	for (i = 2; i <= 10; i++)
		name = name ($i == "" ? "" : " " $i)
	# The source of a row that was read
	if (NF == 11)
		name = name " (" $11 ")"
	fid = $1 ~ /^0x/ ? $1 : "FID_" $1
	line = "ROW(\"" name "\", " fid
	for (i = 2; i <= 10; i++) {
		if (i == 6)
			continue
		cell = $i == "" ? "UNSET" : $i
		line = line ", " kib(cell)
	}
	print line ");"
}
# 64K -> (64 * 1024UL)
function kib(s,    out) {
	out = ""
	while (match(s, /[0-9]+K/)) {
		out = out substr(s, 1, RSTART - 1) "(" substr(s, RSTART, RLENGTH - 1) " * 1024UL)"
		s = substr(s, RSTART + RLENGTH)
	}
	return out s
}
