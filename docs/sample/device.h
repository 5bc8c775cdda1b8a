/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SAMPLE_DEVICE_H
#define _SAMPLE_DEVICE_H

int sample_device_add(void);
void sample_device_remove(void);

#endif /* _SAMPLE_DEVICE_H */
