#pragma once

#include "residua/model.h"
#include "residua/spec.h"

G_BEGIN_DECLS

/**
 * RnSketch:
 *
 * A specification being edited: a draft (rn_spec_set_draft()) with undo and redo without limit. Blocks are meant by
 * their ids, which survive every edit, undo and reload; an id that has been removed is given to no other block.
 *
 * Every edit is one entry of the undo list with a name, or none where it changes nothing. On error the sketch is as it
 * was. Errors are RN_ERROR_SHAPE: a field out of its range, no block of an id, more than RN_MAX_BLOCKS blocks. That
 * blocks do not fit together is no error: rn_spec_find_problems() tells it.
 */
typedef struct _RnSketch RnSketch;

/** @spec: copied */
RnSketch *rn_sketch_new (const RnSpec *spec);
void rn_sketch_free (RnSketch *sketch);

/** Returns: (transfer none): the same pointer at any time; its blocks are valid until the next edit, undo or redo */
const RnSpec *rn_sketch_get_spec (const RnSketch *sketch);
/** Returns: what tells the states of one sketch apart: undo and redo lead back to the number that was there before */
guint64 rn_sketch_get_state (const RnSketch *sketch);

/** @origin: the network whose weights blocks of the same ids may keep; copied. No new block takes an id of it. */
void rn_sketch_set_origin (RnSketch *sketch, const RnSpec *origin);

/* Undo */

/** Returns: (transfer full) (nullable): "Undo delete block 3"; NULL where there is nothing to undo */
char *rn_sketch_get_undo_label (const RnSketch *sketch);
char *rn_sketch_get_redo_label (const RnSketch *sketch);
/** Returns: whether there was anything to undo */
gboolean rn_sketch_undo (RnSketch *sketch);
gboolean rn_sketch_redo (RnSketch *sketch);
/** The next edit is an entry of its own, even if it goes on with the last. Otherwise changes of the same numbers of the
 * same blocks within two seconds (a spin button's) are one entry. */
void rn_sketch_seal (RnSketch *sketch);

/* Blocks */

/**
 * rn_sketch_insert:
 * @at: index of the first, 0 to rn_spec_n_blocks()
 * @blocks: @n of them; their ids do not matter, they take fresh ones
 * @new_ids: (out caller-allocates) (nullable): @n ids
 */
gboolean rn_sketch_insert (RnSketch *sketch, int at, const RnBlockSpec *blocks, int n,
                           guint32 *new_ids, GError **error);
/** As rn_sketch_insert(), called "paste" or, for a stage whose first block is @first, the others the same with stride 1. */
gboolean rn_sketch_paste (RnSketch *sketch, int at, const RnBlockSpec *blocks, int n,
                          guint32 *new_ids, GError **error);
gboolean rn_sketch_insert_stage (RnSketch *sketch, int at, RnBlockSpec first, int n,
                                 guint32 *new_ids, GError **error);
gboolean rn_sketch_remove (RnSketch *sketch, const guint32 *ids, int n, GError **error);
/** They keep their order and come to stand together before the block that is at @at now; rn_spec_n_blocks(): last. */
gboolean rn_sketch_move (RnSketch *sketch, const guint32 *ids, int n, int at, GError **error);
/**
 * rn_sketch_repeat:
 * @times: copies to add, at least 1; 1 is called "duplicate"
 * @new_ids: (out caller-allocates) (nullable): @n * @times ids
 *
 * The copies stand behind the last of @ids, in their order.
 */
gboolean rn_sketch_repeat (RnSketch *sketch, const guint32 *ids, int n, int times, guint32 *new_ids,
                           GError **error);

/** RnBlockField: which fields of an RnBlockSpec are meant */
typedef enum
{
  RN_FIELD_KIND = 1 << 0,
  RN_FIELD_CHANNELS = 1 << 1,
  RN_FIELD_STRIDE = 1 << 2,
  RN_FIELD_SHORTCUT = 1 << 3,
  RN_FIELD_BOTTLENECK_STRIDE = 1 << 4,
  RN_FIELD_ZERO_GAMMA = 1 << 5,
  RN_FIELD_ALL = (1 << 6) - 1
} RnBlockField;

/** Gives the fields of @mask (RnBlockField) of all @ids the values of @values. Where a basic block becomes a bottleneck,
 * channels that are no multiple of 4 are rounded up to one, unless @mask says channels. */
gboolean rn_sketch_set_fields (RnSketch *sketch, const guint32 *ids, int n, guint mask,
                               const RnBlockSpec *values, GError **error);
/** Returns: which fields have the same value in all blocks of @ids, RnBlockField; @values: (out): theirs. For a panel that
 * shows what several blocks share. Ids without a block are passed over. */
guint rn_spec_get_shared_fields (const RnSpec *spec, const guint32 *ids, int n,
                                 RnBlockSpec *values);
/** Returns: the index of block @id, -1 where there is none */
int rn_spec_find_block (const RnSpec *spec, guint32 id);
/** Mends @problem, one of rn_spec_find_problems() of now. */
gboolean rn_sketch_mend (RnSketch *sketch, const RnSpecProblem *problem, GError **error);

/* The rest */

gboolean rn_sketch_set_input (RnSketch *sketch, int side, int channels, GError **error);
gboolean rn_sketch_set_stem (RnSketch *sketch, RnStemKind stem, int channels, GError **error);
gboolean rn_sketch_set_classes (RnSketch *sketch, int classes, GError **error);
void rn_sketch_set_name (RnSketch *sketch, const char *name);

/** Another network in its place, such as a preset ("replace the network"). Blocks keep @spec's ids, so that a preset is
 * the same to the byte; where there is an origin whose ids they would take without being its blocks, fresh ones. */
void rn_sketch_replace (RnSketch *sketch, const RnSpec *spec);
/** Another version of the same network, such as one fitted to data: ids mean the same blocks.
 * @action: what undo calls it, in lower case as in "Undo fit to the data"; translated */
void rn_sketch_change (RnSketch *sketch, const RnSpec *spec, const char *action);
/** rn_spec_plain_twin() in its place; the blocks keep their ids. */
void rn_sketch_make_plain (RnSketch *sketch);

/**
 * rn_spec_can_deepen:
 * @error: RN_ERROR_SHAPE with the reason: a plain network has no shortcut that would carry the signal
 */
gboolean rn_spec_can_deepen (const RnSpec *spec, GError **error);

/**
 * rn_sketch_deepen:
 * @at: index of the new block, 0 to rn_spec_n_blocks()
 * @new_id: (out) (nullable)
 * @error: as rn_spec_can_deepen()
 *
 * Inserts a block that computes the identity: an identity shortcut, and a branch whose last gamma and beta are zero, so
 * that a network that has learned gives the same output (the solution by construction of He et al. 2015, section 1,
 * with the zero of Goyal et al. 2017). Its kind is its neighbour's; among blocks of option C it has option B, as a
 * projection that has not learned would be no identity.
 */
gboolean rn_sketch_deepen (RnSketch *sketch, int at, guint32 *new_id, GError **error);

/* Clipboard */

/** Returns: (transfer full): {"residua": 1, "blocks": [...]}, the blocks as in an architecture file */
char *rn_blocks_to_json (const RnBlockSpec *blocks, int n);
/**
 * rn_blocks_from_json:
 * @length: bytes in @text, at most 16 MiB; -1 for a C string
 * @where: what to call the text in errors
 * @error: RN_ERROR_FORMAT; RN_ERROR_SHAPE for fields out of range
 *
 * Returns: (transfer full) (element-type RnBlockSpec): at most RN_MAX_BLOCKS
 */
GArray *rn_blocks_from_json (const char *text, gssize length, const char *where, GError **error);

/* Work that is not saved yet */

/**
 * RnAside:
 * @spec: a draft
 * @file: (nullable): path of the file that it belongs to
 * @file_time: when that was changed last, seconds since 1970; 0 where it is not known
 * @origin: (nullable): path of the run or model that it was made of
 * @hints: (nullable): what that model's file does not say itself; its classes are the aside's too
 *
 * A sketch that is kept aside until it is saved.
 */
typedef struct
{
  RnSpec *spec;
  char *file;
  gint64 file_time;
  char *origin;
  RnModelHints *hints;
} RnAside;

/** Written aside, synced and renamed over @path */
gboolean rn_aside_save (const RnAside *aside, const char *path, GError **error);
/** @error: as rn_spec_load_draft() */
RnAside *rn_aside_load (const char *path, GError **error);
void rn_aside_free (RnAside *aside);
/** Returns: (transfer full): for the aside that it is put into */
RnModelHints *rn_aside_copy_hints (const RnModelHints *hints);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnSketch, rn_sketch_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnAside, rn_aside_free)

G_END_DECLS
