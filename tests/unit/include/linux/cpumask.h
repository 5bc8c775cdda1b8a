/* SPDX-License-Identifier: GPL-2.0-only */
/* Stand-in for the kernel header, with two CPUs */
#ifndef UNIT_LINUX_CPUMASK_H
#define UNIT_LINUX_CPUMASK_H

#define num_online_cpus()	2U

#endif
