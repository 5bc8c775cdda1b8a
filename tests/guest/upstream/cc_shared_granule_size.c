// SPDX-License-Identifier: GPL-2.0-only
#define FUNCTION cc_shared_granule_size
#include "stand_in.h"
