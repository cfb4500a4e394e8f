#pragma once

#include "residua/feed.h"

/* The worker's side of the feed. */

RnFeed *rn_feed_new (void);

/* An empty one, to be filled: arrays are there, nothing is in them. */
RnSnapshot *rn_snapshot_new (void);

/* (transfer full) @snapshot: it is offered, or appended to the one that waits. Never blocks for long. */
void rn_feed_offer (RnFeed *feed, RnSnapshot *snapshot);
