/*
 * order - a run, as an order to the guest's own program (images/guest/guest.h).
 */
#ifndef SYS_ORDER_H
#define SYS_ORDER_H

#include "model/engine.h"
#include "sys/disk.h"

/* What the guest is told to run: files of the disk, environment, limits, the HWCAPs that the
 * profile's board has, the time and fresh random numbers. Free with g_byte_array_unref(). */
GByteArray *order_for_run(const RunSpec *spec, const Disk *disk);

/* Writes it down in the run's folder, one line for each of its words. Error (rig). */
gboolean order_write(const GByteArray *order, const gchar *folder, GError **error);

#endif
