// SPDX-License-Identifier: GPL-2.0-only
/* The checked blocks of pool_test */
#include <block.c>
