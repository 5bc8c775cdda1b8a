/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the Realm's init and scripts/realm say to each other over the second UART, beside
 * the console: the command's output and its exit status, and what it reads.
 *
 * A frame is one byte of type, two of length (little-endian), and that many of payload. The UART
 * has no flow control: the host sends input when it is asked to, a frame for each time.
 */
#ifndef FRAMES_H
#define FRAMES_H

#define FRAME_STDOUT	'o'
#define FRAME_STDERR	'e'
#define FRAME_EXIT	'x'	/* one byte: exit status as a shell has it; the last frame */
#define FRAME_WANT	'w'	/* empty: there is room for one frame of input */
#define FRAME_STDIN	'i'	/* from the host, what FRAME_WANT asked for; empty at its end */

#define FRAME_HEADER	3
#define FRAME_MAX	4096

#endif /* FRAMES_H */
