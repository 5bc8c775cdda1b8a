# SPDX-License-Identifier: GPL-2.0-only
# Files that do not depend on EL2: the unit tests build them for the host.
LOGIC := abort.c config.c host.c hostile.c psci.c realm.c rhi.c rsi.c rsi_host_call.c rsi_measurement.c \
	 rsi_memory.c sbuf.c sha256.c smc.c stage2.c summary.c
# All call handlers share one signature and ignore some parameters. Rows of tables omit members.
WARNINGS := -Wall -Wextra -Werror -Wno-unused-parameter -Wno-missing-field-initializers
