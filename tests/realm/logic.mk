# SPDX-License-Identifier: GPL-2.0-only
# What needs no EL2: the unit tests build these for the host.
LOGIC := abort.c config.c host.c hostile.c psci.c realm.c rhi.c rsi.c rsi_host_call.c rsi_measurement.c \
	 rsi_memory.c sbuf.c sha256.c smc.c stage2.c summary.c
# A call's handler has the shape of all calls, whatever it looks at.
WARNINGS := -Wall -Wextra -Werror -Wno-unused-parameter
