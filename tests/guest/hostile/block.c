// SPDX-License-Identifier: GPL-2.0-only
/* The blocks of pool_test, with all that is checked of them. */
#include <block.c>
