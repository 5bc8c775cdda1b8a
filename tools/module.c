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

/* For a module that somebody else is loading. */
#define LOAD_TRIES	50
#define LOAD_WAIT_MS	100

/**
 * module_check - is the module loaded?
 * @root: the tree to look into
 *
 * Return: 0, or -ENODEV; then it was said.
 */
int module_check(const struct sysroot *root)
{
	if (sysroot_has(root, SYSFS))
		return 0;
	warnx("%s%s is missing: the rhi_probe module is not loaded", root->dir, SYSFS);
	return -ENODEV;
}

/* Its own messages are left out: there may be no such module, and that is said here. */
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
 * module_need_stress - load rhi_stress, unless it is loaded
 * @root: the tree of this machine
 * @path: the file of rhi_stress that is needed
 *
 * Only root can load it; for others the file itself will say no.
 *
 * Return: 0; or -ENODEV if rhi_probe is not loaded, -ENOENT if there is no such file: both
 *	were said.
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
	/* Somebody else may be loading it: then modprobe has nothing to do, or fails. */
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
 * module_write - tell the running module something
 * @path: one of its files
 * @text: all of it in one write
 *
 * Return: 0, or -errno of open(2) or write(2), which are the module's own answers too.
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
 * module_failure - say what to do next
 * @sysroot: the captured tree that was read, or NULL
 * @error: why not all could be read; what is wrong was said before, but for -ENOMEM
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
 * module_stress_failure - say why a file of rhi_stress could not be used, and what to do next
 * @path: the file
 * @error: of module_need_stress(), module_write(), or of reading the file
 *
 * Return: enum exit_code
 */
int module_stress_failure(const char *path, int error)
{
	switch (error) {
	case -ENOENT:		/* was said */
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
