// SPDX-License-Identifier: GPL-2.0-only
#define FUNCTION rhi_get_ipa_change_alignment
#include "stand_in.h"
