/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Protocol between the Realm's init and scripts/realm on the second UART, separate from the
 * console: the command's input, output and exit status.
 *
 * A frame is one byte of type, two bytes of length (little-endian), and the payload. The UART has
 * no flow control: the host sends one frame of input per request.
 */
#ifndef FRAMES_H
#define FRAMES_H

#define FRAME_STDOUT	'o'
#define FRAME_STDERR	'e'
#define FRAME_EXIT	'x'	/* last frame, one byte: exit status as in a shell */
#define FRAME_WANT	'w'	/* empty: request one frame of input */
#define FRAME_STDIN	'i'	/* from the host: requested input; empty at end of file */

#define FRAME_HEADER	3
#define FRAME_MAX	4096

#endif /* FRAMES_H */
