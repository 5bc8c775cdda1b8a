// SPDX-License-Identifier: GPL-2.0-only
/*
 * init of the Realm that scripts/realm boots: mounts file systems, loads modules, runs one command,
 * and sends its output and exit status over the second UART.
 *
 * /etc/realm/cmd has the command's arguments, each NUL-terminated; without it, init runs a shell
 * on a pseudo-terminal. If /etc/realm/input exists, the command reads the host's input, else
 * nothing. If /etc/realm/terminal exists, its stderr is a terminal, like the caller's, so that it
 * shows progress. /etc/realm/modules lists modules to insert, one path per line. realm.noprobe on
 * the kernel command line leaves rhi_probe unloaded.
 *
 * A bundle (scripts/realm --bundle) has /console, and nobody at the other end of a second UART:
 * init only mounts the file systems, and that script goes on.
 *
 * In a system that scripts/realm --boot booted from a disk, this is a service, which only runs the
 * command. Then these files are in /run/realm, and systemd powers the machine off.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "frames.h"

#define CHANNEL		"/dev/ttyAMA1"
#define CONSOLE		"/console"
#define MAX_ARGS	256

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static int channel = -1;

/* Every error is fatal: the kernel panics when init exits, and scripts/realm reports that. */
static void check(bool good, const char *what)
{
	if (!good) {
		printf("init: %s: %s\n", what, strerror(errno));
		exit(1);
	}
}

static void send_frame(char type, const char *payload, size_t len)
{
	char frame[FRAME_HEADER + FRAME_MAX];
	const char *p = frame;

	frame[0] = type;
	frame[1] = len & 0xff;
	frame[2] = len >> 8;
	memcpy(frame + FRAME_HEADER, payload, len);
	len += FRAME_HEADER;
	while (len) {
		ssize_t n = write(channel, p, len);

		check(n > 0, "writing to " CHANNEL);
		p += n;
		len -= n;
	}
}

static void mount_all(void)
{
	static const struct {
		const char *type, *dir;
		bool optional;
	} mounts[] = {
		{ "proc", "/proc", false },
		{ "sysfs", "/sys", false },
		{ "devtmpfs", "/dev", false },
		{ "tmpfs", "/tmp", false },
		{ "tmpfs", "/run", false },
		{ "debugfs", "/sys/kernel/debug", true },
		{ "tracefs", "/sys/kernel/tracing", true },
		{ "securityfs", "/sys/kernel/security", true },
		{ "devpts", "/dev/pts", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++) {
		int err;

		mkdir(mounts[i].dir, 0755);
		err = mount(mounts[i].type, mounts[i].dir, mounts[i].type, 0, NULL);
		/* The kernel may have mounted devtmpfs (CONFIG_DEVTMPFS_MOUNT). */
		check(!err || errno == EBUSY || mounts[i].optional, mounts[i].dir);
	}
}

static void open_channel(void)
{
	struct termios raw;

	channel = open(CHANNEL, O_RDWR | O_NOCTTY | O_CLOEXEC);
	check(channel >= 0, CHANNEL);
	check(!tcgetattr(channel, &raw), CHANNEL);
	cfmakeraw(&raw);
	cfsetspeed(&raw, B115200);
	check(!tcsetattr(channel, TCSANOW, &raw), CHANNEL);
}

/* Forward available data from *fd; set *fd to -1 at its end. */
static void pass_on(int *fd, char type)
{
	char buf[FRAME_MAX];
	ssize_t n = read(*fd, buf, sizeof(buf));

	if (n > 0)
		send_frame(type, buf, n);
	else if (n == 0 || errno != EINTR)
		*fd = -1;
}

static void read_channel(char *p, size_t len)
{
	while (len) {
		ssize_t n = read(channel, p, len);

		check(n > 0, "reading from " CHANNEL);
		p += n;
		len -= n;
	}
}

/* Forward one requested frame. Returns false at end of file, or if the command closed its stdin. */
static bool take_input(int in)
{
	char header[FRAME_HEADER], payload[FRAME_MAX];
	size_t len;

	read_channel(header, sizeof(header));
	len = (unsigned char)header[1] | (unsigned char)header[2] << 8;
	errno = EPROTO;
	check(header[0] == FRAME_STDIN && len <= sizeof(payload), CHANNEL);
	read_channel(payload, len);
	/* Cannot block: see relay(). */
	return len && write(in, payload, len) == (ssize_t)len;
}

/*
 * Relay data until the command exits, even if background jobs keep its output open.
 * @in: where input goes, or -1; unframed if it is a terminal, else in frames.
 */
static int relay(pid_t pid, int out, int err, int in)
{
	enum { OUT, ERR, CHANNEL_IN, ROOM, CHILD, NR };
	const bool framed = in >= 0 && !isatty(in);
	struct pollfd fds[NR] = {
		[OUT] = { .fd = out, .events = POLLIN },
		[ERR] = { .fd = err, .events = POLLIN },
		[CHANNEL_IN] = { .fd = in >= 0 ? channel : -1, .events = POLLIN },
		/* A writable pipe has room for PIPE_BUF bytes, the size of a frame. */
		[ROOM] = { .fd = framed ? in : -1, .events = POLLOUT },
		[CHILD] = { .fd = syscall(SYS_pidfd_open, pid, 0), .events = POLLIN },
	};
	bool gone = false;
	int status;

	check(fds[CHILD].fd >= 0, "pidfd_open");
	for (;;) {
		int n = poll(fds, NR, gone ? 0 : -1);

		if (n < 0 && errno == EINTR)
			continue;
		check(n >= 0, "poll");
		/* All output from before the exit has been read. */
		if (gone && !fds[OUT].revents && !fds[ERR].revents)
			break;
		if (fds[CHILD].revents) {
			gone = true;
			fds[CHILD].fd = -1;
		}
		if (fds[OUT].revents)
			pass_on(&fds[OUT].fd, FRAME_STDOUT);
		if (fds[ERR].revents)
			pass_on(&fds[ERR].fd, FRAME_STDERR);
		if (fds[ROOM].revents & POLLERR) {
			close(in);
			fds[ROOM].fd = -1;
		} else if (fds[ROOM].revents) {
			send_frame(FRAME_WANT, NULL, 0);
			fds[ROOM].fd = -1;
		}
		if (fds[CHANNEL_IN].revents && framed) {
			if (take_input(in)) {
				fds[ROOM].fd = in;
			} else {
				close(in);
				fds[CHANNEL_IN].fd = -1;
			}
		} else if (fds[CHANNEL_IN].revents) {
			char buf[FRAME_MAX];
			ssize_t len = read(channel, buf, sizeof(buf));

			if (len <= 0 || write(in, buf, len) != len)
				fds[CHANNEL_IN].fd = -1;
		}
	}
	check(waitpid(pid, &status, 0) == pid, "wait");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Open a raw pseudo-terminal. Returns false if the kernel has none. */
static bool open_terminal(int fds[2])
{
	struct termios raw;

	if (openpty(&fds[0], &fds[1], NULL, NULL, NULL))
		return false;
	check(!tcgetattr(fds[1], &raw), "openpty");
	cfmakeraw(&raw);
	check(!tcsetattr(fds[1], TCSANOW, &raw), "openpty");
	for (int i = 0; i < 2; i++)
		check(!fcntl(fds[i], F_SETFD, FD_CLOEXEC), "openpty");
	return true;
}

static int run(char *const argv[], bool has_input, bool has_terminal)
{
	int in[2] = { open("/dev/null", O_RDONLY | O_CLOEXEC), -1 }, out[2], err[2], status;
	pid_t pid;

	check(!has_input || !pipe2(in, O_CLOEXEC), "pipe");
	check(!pipe2(out, O_CLOEXEC), "pipe");
	if (!has_terminal || !open_terminal(err))
		check(!pipe2(err, O_CLOEXEC), "pipe");
	pid = fork();
	check(pid >= 0, "fork");
	if (!pid) {
		setsid();
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		dup2(err[1], STDERR_FILENO);
		execvp(argv[0], argv);
		dprintf(STDERR_FILENO, "realm: %s: %s\n", argv[0], strerror(errno));
		_exit(errno == ENOENT ? 127 : 126);
	}
	close(in[0]);
	close(out[1]);
	close(err[1]);
	status = relay(pid, out[0], err[0], in[1]);
	close(out[0]);
	close(err[0]);
	return status;
}

static int run_shell(void)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	int pty;
	pid_t pid;

	pid = forkpty(&pty, NULL, NULL, &size);
	check(pid >= 0, "forkpty");
	if (!pid) {
		execl("/bin/bash", "-bash", NULL);
		execl("/bin/sh", "-sh", NULL);
		_exit(127);
	}
	return relay(pid, pty, -1, pty);
}

static bool on_command_line(const char *word)
{
	char line[4096] = "";
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);

	check(fd >= 0 && read(fd, line, sizeof(line) - 1) > 0, "/proc/cmdline");
	close(fd);
	for (char *p = strtok(line, "\n "); p; p = strtok(NULL, "\n "))
		if (!strcmp(p, word))
			return true;
	return false;
}

static void load_modules(void)
{
	char path[4096];
	FILE *list;

	/* modprobe applies module parameters from the kernel command line, insmod does not. */
	if (!on_command_line("realm.noprobe"))
		run((char *[]){ "modprobe", "rhi_probe", NULL }, false, false);

	list = fopen("/etc/realm/modules", "re");
	if (!list)
		return;
	while (fgets(path, sizeof(path), list)) {
		path[strcspn(path, "\n")] = '\0';
		run((char *[]){ "insmod", path, NULL }, false, false);
	}
	fclose(list);
}

/* Returns the command's arguments from @dir, or NULL. */
static char **read_command(int dir)
{
	static char text[65536], *argv[MAX_ARGS + 1];
	int fd = openat(dir, "cmd", O_RDONLY | O_CLOEXEC);
	ssize_t len;
	int argc = 0;

	if (fd < 0)
		return NULL;
	len = read(fd, text, sizeof(text) - 1);
	check(len > 0, "the command");
	close(fd);
	for (char *p = text; p < text + len && argc < MAX_ARGS; p += strlen(p) + 1)
		argv[argc++] = p;
	return argv;
}

int main(void)
{
	const bool is_init = getpid() == 1;
	char **argv;
	char status;
	int dir;

	if (is_init)
		mount_all();
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("HOME", "/root", 1);
	setenv("TERM", "linux", 1);
	check(!chdir("/root"), "/root");
	if (is_init && !access(CONSOLE, F_OK)) {
		execl("/bin/busybox", "sh", CONSOLE, NULL);
		check(false, CONSOLE);
	}
	open_channel();
	if (is_init) {
		run((char *[]){ "/bin/busybox", "--install", "-s", NULL }, false, false);
		load_modules();
	}

	dir = open(is_init ? "/etc/realm" : "/run/realm", O_PATH | O_DIRECTORY | O_CLOEXEC);
	check(dir >= 0, "directory of the command");
	argv = read_command(dir);
	if (argv)
		status = run(argv, !faccessat(dir, "input", F_OK, 0),
			     !faccessat(dir, "terminal", F_OK, 0));
	else
		status = run_shell();

	send_frame(FRAME_EXIT, &status, 1);
	tcdrain(channel);
	if (!is_init)
		return 0;
	sync();
	reboot(RB_POWER_OFF);
	check(false, "power off");
	return 1;
}
