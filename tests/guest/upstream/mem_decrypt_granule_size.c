// SPDX-License-Identifier: GPL-2.0-only
#define FUNCTION mem_decrypt_granule_size
#include "stand_in.h"
