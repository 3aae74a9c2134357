/*
 * request - what a user asked to be run.
 */
#ifndef RUN_REQUEST_H
#define RUN_REQUEST_H

#include <glib.h>

#include "base/paths.h"

/* The comparison that a user gets who names no profiles. */
#define REQUEST_BASELINE  "cortex-a72"
#define REQUEST_REFERENCE "max"

/* The image that guests boot from. */
#define REQUEST_IMAGE "debian-12"

/* Nothing is owned. Arrays end with NULL and may be NULL. */
typedef struct {
	const Paths *paths;
	gchar **cases;         /* globs of CASE or SUITE/CASE */
	gchar **subjects;      /* globs of subjects, or paths of libraries */
	gchar **tags;          /* a case is taken when it or its subject has one of them */
	const gchar *baseline; /* profile names */
	const gchar *reference;
	gchar **profiles; /* further columns */
	guint jobs;       /* findings at once; at least 1 */
	guint timeout;    /* seconds for every case; 0: what the manifests say */
	guint repeat;     /* times that each finding is run; at least 1 */
	gboolean keep;    /* leave the folders of all runs */
	gboolean resume;  /* take what has not changed from earlier runs */
	gboolean sandbox;
	gboolean audit;        /* tell which instructions above the baseline are executed */
	const gchar *image;    /* that guests boot from */
	const gchar *connect;  /* libvirt's URI; NULL: the embedded driver */
	const gchar *pool;     /* libvirt's storage pool; NULL: the default */
	gboolean share_guests; /* several runs in one guest; else each has a fresh one */
} Request;

#endif
