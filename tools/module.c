// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "module.h"
#include "rhictl.h"
#include "sysroot.h"

/* Wait up to 5 s for a concurrent modprobe. */
#define LOAD_TRIES	50
#define LOAD_WAIT_MS	100

/**
 * module_check - check whether rhi_probe is loaded
 * @root: the tree to read
 *
 * Return: 0, or -ENODEV, which is reported on stderr.
 */
int module_check(const struct sysroot *root)
{
	if (sysroot_has(root, SYSFS))
		return 0;
	warnx("%s%s is missing: the rhi_probe module is not loaded", root->dir, SYSFS);
	return -ENODEV;
}

/* Discards the output of modprobe: the caller reports a missing module. */
static int run_modprobe(const char *name)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (!pid) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);

		if (null >= 0) {
			dup2(null, STDIN_FILENO);
			dup2(null, STDOUT_FILENO);
			dup2(null, STDERR_FILENO);
		}
		execlp("modprobe", "modprobe", "-q", name, (char *)NULL);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -ENOENT;
}

/**
 * module_need_stress - load rhi_stress if it is not loaded
 * @root: the tree of this machine
 * @path: the file of rhi_stress that the caller needs
 *
 * Only root can load the module. For other users this returns 0, and opening the file fails.
 *
 * Return: 0; -ENODEV if rhi_probe is not loaded, or -ENOENT if the file is missing. Errors are
 *	reported on stderr.
 */
int module_need_stress(const struct sysroot *root, const char *path)
{
	int ret = module_check(root);

	if (ret || geteuid() || sysroot_has(root, path))
		return ret;
	if (!sysroot_has(root, DEBUGFS)) {
		warnx("%s is missing: mount debugfs", DEBUGFS);
		return -ENOENT;
	}
	ret = run_modprobe("rhi_stress");
	/* If another process is loading it, modprobe does nothing or fails. */
	for (int i = 0; i < LOAD_TRIES && !sysroot_has(root, path); i++) {
		if (ret && !sysroot_has(root, "/sys/module/rhi_stress"))
			break;
		nanosleep(&(struct timespec){ .tv_nsec = LOAD_WAIT_MS * 1000000L }, NULL);
	}
	if (!sysroot_has(root, path)) {
		warnx("cannot load rhi_stress: is it installed? See modprobe rhi_stress");
		return -ENOENT;
	}
	return 0;
}

/**
 * module_write - write to a file of the module
 * @path: the file
 * @text: the text, written in one write(2)
 *
 * Return: 0, or -errno from open(2) or write(2), which includes the module's own errors.
 */
int module_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		ret = -errno;
	close(fd);
	return ret;
}

/**
 * module_failure - tell the user what to do about an error
 * @sysroot: the captured tree, or NULL for this machine
 * @error: the error; all but -ENOMEM have been reported already
 *
 * Return: enum exit_code
 */
int module_failure(const char *sysroot, int error)
{
	switch (error) {
	case -ENODEV:
		warnx(sysroot ?
		      "load the module, then capture the tree again" :
		      "run modprobe rhi_probe (outside a Realm with force=1)");
		return EXIT_UNSUPPORTED;
	case -ENOMEM:
		warnx("out of memory");
		return EXIT_RESOURCES;
	case -EACCES:
	case -EPERM:
		if (sysroot)
			warnx("make the captured tree readable by this user");
		else if (geteuid())
			warnx("run it as root");
		else
			warnx("is this kernel locked down? See /sys/kernel/security/lockdown");
		return EXIT_ERROR;
	default:
		warnx("version mismatch: use rhictl and rhi_probe of one release%s",
		      sysroot ? ", or capture the tree again (cp, not tar)" : "");
		return EXIT_ERROR;
	}
}

/**
 * module_stress_failure - report an error of a file of rhi_stress, and what to do about it
 * @path: the file
 * @error: error from module_need_stress() or module_write(), or from reading the file
 *
 * Return: enum exit_code
 */
int module_stress_failure(const char *path, int error)
{
	switch (error) {
	case -ENOENT:		/* module_need_stress() has reported it */
		return EXIT_UNSUPPORTED;
	case -EOPNOTSUPP:
		warnx("the granule is not known: sharing is disabled; see rhictl info");
		return EXIT_UNSUPPORTED;
	case -EINVAL:
		warnx("the module refused it; see dmesg");
		return EXIT_ERROR;
	case -EACCES:
	case -EPERM:
		warnx("%s: %s", path, strerror(-error));
		return module_failure(NULL, error);
	case -EPROTO:
	case -ENODEV:
		return module_failure(NULL, error);
	default:
		warnx("%s: %s", path, strerror(-error));
		return EXIT_ERROR;
	}
}
