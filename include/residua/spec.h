#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Limits of what a specification may say; a file that asks for more is refused before memory is. */
#define RN_MAX_SIDE 4096
#define RN_MAX_CHANNELS 8192
#define RN_MAX_BLOCKS 4096
#define RN_MAX_CLASSES 100000
#define RN_MAX_NAME 200

/**
 * RnBlockKind:
 * @RN_BLOCK_BASIC: 3x3, 3x3 and a shortcut (He et al. 2015, figure 5 left)
 * @RN_BLOCK_BOTTLENECK: 1x1, 3x3, 1x1 and a shortcut, the inner width a quarter of the output (figure 5 right)
 * @RN_BLOCK_PLAIN_BASIC: the same layers as basic without the shortcut
 * @RN_BLOCK_PLAIN_BOTTLENECK: the same layers as bottleneck without the shortcut
 */
typedef enum
{
  RN_BLOCK_BASIC,
  RN_BLOCK_BOTTLENECK,
  RN_BLOCK_PLAIN_BASIC,
  RN_BLOCK_PLAIN_BOTTLENECK
} RnBlockKind;

/**
 * RnShortcut:
 * @RN_SHORTCUT_A_SPLIT: identity; where the shape changes every second pixel, zero channels on both sides
 *   (the smaller half first)
 * @RN_SHORTCUT_A_END: the same with the zero channels after the others
 * @RN_SHORTCUT_B: identity; where the shape changes a 1x1 projection with batch-norm
 * @RN_SHORTCUT_C: a 1x1 projection with batch-norm in every block
 *
 * Options A, B and C of section 3.3. Plain blocks carry the field and ignore it.
 */
typedef enum
{
  RN_SHORTCUT_A_SPLIT,
  RN_SHORTCUT_A_END,
  RN_SHORTCUT_B,
  RN_SHORTCUT_C
} RnShortcut;

/**
 * RnBottleneckStride:
 * @RN_STRIDE_IN_3X3: torchvision's ("v1.5")
 * @RN_STRIDE_IN_1X1: the paper's, in the first 1x1
 */
typedef enum
{
  RN_STRIDE_IN_3X3,
  RN_STRIDE_IN_1X1
} RnBottleneckStride;

/**
 * RnStemKind:
 * @RN_STEM_3X3: 3x3, stride 1
 * @RN_STEM_7X7_POOL: 7x7, stride 2, then 3x3 max-pool, stride 2
 */
typedef enum
{
  RN_STEM_3X3,
  RN_STEM_7X7_POOL
} RnStemKind;

/**
 * RnBlockSpec:
 * @id: survives edits and reloads, unique in a specification, at least 1; 0 asks for a fresh one
 * @channels: output channels, 1 to RN_MAX_CHANNELS; a multiple of 4 in a bottleneck
 * @stride: 1 or 2
 * @zero_gamma: the last batch-norm's gamma starts at zero (Goyal et al. 2017, section 5.1); plain blocks ignore it,
 *   as nothing would come through
 */
typedef struct
{
  guint32 id;
  RnBlockKind kind;
  int channels;
  int stride;
  RnShortcut shortcut;
  RnBottleneckStride bottleneck_stride;
  gboolean zero_gamma;
} RnBlockSpec;

/**
 * RnSpec:
 *
 * What a network is, on paper: input, stem, a list of blocks, head. It always fits together: a change that would
 * break it is refused and leaves it as it was. A draft (rn_spec_set_draft()) may hold blocks that do not fit those
 * beside them: shapes and costs of one are still told, as if each block had its output, and nothing runs it.
 */
typedef struct _RnSpec RnSpec;

/**
 * rn_spec_new:
 * @name: (nullable): what people call it, at most RN_MAX_NAME bytes of UTF-8
 * @side: of the square input, 1 to RN_MAX_SIDE
 * @channels: of the input: 1 (grey) or 3 (RGB)
 * @stem_channels: 1 to RN_MAX_CHANNELS
 * @classes: 1 to RN_MAX_CLASSES
 * @error: RN_ERROR_SHAPE, naming the field
 *
 * Returns: (transfer full): a network of a stem and a head without blocks, or NULL
 */
RnSpec *rn_spec_new (const char *name, int side, int channels, RnStemKind stem, int stem_channels,
                     int classes, GError **error);
RnSpec *rn_spec_copy (const RnSpec *spec);
void rn_spec_free (RnSpec *spec);

/**
 * rn_spec_equal:
 *
 * Returns: whether the two describe the same network. Names and block ids do not count, nor does a setting that has
 *   no effect in its block: options A and B are both plain identity where the shape does not change.
 */
gboolean rn_spec_equal (const RnSpec *a, const RnSpec *b);

/** Returns: (transfer none): the name, "" where there is none */
const char *rn_spec_get_name (const RnSpec *spec);
/** @name: (nullable): cut at RN_MAX_NAME bytes; what is not UTF-8 in it is replaced */
void rn_spec_set_name (RnSpec *spec, const char *name);
int rn_spec_get_side (const RnSpec *spec);
int rn_spec_get_channels (const RnSpec *spec);
RnStemKind rn_spec_get_stem (const RnSpec *spec);
int rn_spec_get_stem_channels (const RnSpec *spec);
int rn_spec_get_classes (const RnSpec *spec);

/**
 * rn_spec_set_input:
 * @error: RN_ERROR_SHAPE for values out of range; @spec is then as it was
 */
gboolean rn_spec_set_input (RnSpec *spec, int side, int channels, GError **error);
/** @error: RN_ERROR_SHAPE for values out of range, or where the first block cannot follow such a stem */
gboolean rn_spec_set_stem (RnSpec *spec, RnStemKind stem, int stem_channels, GError **error);
/** @error: RN_ERROR_SHAPE for values out of range */
gboolean rn_spec_set_classes (RnSpec *spec, int classes, GError **error);

int rn_spec_n_blocks (const RnSpec *spec);
/** Returns: block @at, 0 to rn_spec_n_blocks() - 1; valid until @spec changes */
const RnBlockSpec *rn_spec_get_block (const RnSpec *spec, int at);

/**
 * rn_spec_add_block:
 * @at: index in the blocks, 0 to rn_spec_n_blocks(); later blocks move down
 * @block: id 0 takes a fresh id
 * @error: RN_ERROR_SHAPE when a field is out of range, an id is taken, or identity cannot reach a block's shape
 *   (option A cannot lose channels)
 *
 * On error @spec is as it was. An id that has been removed is not given again.
 */
gboolean rn_spec_add_block (RnSpec *spec, int at, RnBlockSpec block, GError **error);
/** Puts @block in the place of block @at; it may keep that one's id. Else as rn_spec_add_block(). */
gboolean rn_spec_set_block (RnSpec *spec, int at, RnBlockSpec block, GError **error);
/** @error: RN_ERROR_SHAPE where the next block could not follow the one before; @spec is then as it was */
gboolean rn_spec_remove_block (RnSpec *spec, int at, GError **error);

/**
 * rn_spec_set_draft:
 * @is_draft: whether blocks may stand in it that do not fit; fields out of their range are refused all the same
 * @error: RN_ERROR_SHAPE as rn_spec_check(), where it is to be a draft no longer; it then stays one
 *
 * A copy is a draft where the original is.
 */
gboolean rn_spec_set_draft (RnSpec *spec, gboolean is_draft, GError **error);
gboolean rn_spec_is_draft (const RnSpec *spec);

/**
 * rn_spec_check:
 * @error: RN_ERROR_SHAPE naming the first block that does not fit, as rn_spec_add_block() would have
 *
 * Returns: whether it can be run. Whatever builds a network asks this first.
 */
gboolean rn_spec_check (const RnSpec *spec, GError **error);

/**
 * RnMend:
 * @RN_MEND_PROJECTION: the block takes shortcut option B
 *
 * What puts a problem right.
 */
typedef enum
{
  RN_MEND_PROJECTION
} RnMend;

/**
 * RnSpecProblem:
 * @block: id of the block that does not fit
 * @at: its index
 * @from: channels that it is given
 * @to: channels that it gives; here fewer, which an identity cannot do
 */
typedef struct
{
  guint32 block;
  int at;
  int from;
  int to;
  RnMend mend;
} RnSpecProblem;

/** Returns: (transfer full) (element-type RnSpecProblem): in order; empty where it can be run */
GArray *rn_spec_find_problems (const RnSpec *spec);
/** Returns: (transfer full): a sentence: "The identity cannot go from 32 to 16 channels: use a projection." */
char *rn_spec_problem_to_string (const RnSpecProblem *problem);
/** Returns: (transfer none): what a button that mends it says: "Use a projection" */
const char *rn_mend_get_label (RnMend mend);
/** Changes @block, which is the problem's own, so that it fits. */
void rn_mend_apply (RnMend mend, RnBlockSpec *block);

gboolean rn_block_kind_is_plain (RnBlockKind kind);
gboolean rn_block_kind_is_bottleneck (RnBlockKind kind);

/**
 * rn_spec_preset:
 * @name: one of rn_spec_preset_names(), such as "resnet20", "plain34", "resnet50-paper", "resnet20-b"
 * @error: RN_ERROR_DATA naming the nearest presets
 *
 * Returns: (transfer full): the preset, or NULL
 */
RnSpec *rn_spec_preset (const char *name, GError **error);
/** Returns: (transfer none): the names, NULL-terminated, small CIFAR nets first */
const char *const *rn_spec_preset_names (void);

/** Returns: whether any block is a residual one */
gboolean rn_spec_has_shortcuts (const RnSpec *spec);

/**
 * rn_spec_plain_twin:
 *
 * Returns: (transfer full): the same layers without shortcuts, "resnet20" called "plain20", other names "plain NAME"
 */
RnSpec *rn_spec_plain_twin (const RnSpec *spec);

/**
 * rn_spec_to_json:
 *
 * Returns: (transfer full): the form of README's "Architecture files": every key written, in a fixed order, ending in
 *   a line feed; the same bytes for the same specification
 */
char *rn_spec_to_json (const RnSpec *spec);

/**
 * rn_spec_from_json:
 * @length: bytes in @text, at most 16 MiB
 * @where: what to call the text in errors, a file's name
 * @error: RN_ERROR_FORMAT naming @where and the line, block and field; RN_ERROR_SHAPE where blocks do not fit
 */
RnSpec *rn_spec_from_json (const char *text, gssize length, const char *where, GError **error);
/** @error: as rn_spec_from_json(), or of G_IO_ERROR's domain; each names @path */
RnSpec *rn_spec_load (const char *path, GError **error);
/** The same two for a draft: blocks need not fit. */
RnSpec *rn_spec_from_json_draft (const char *text, gssize length, const char *where,
                                 GError **error);
RnSpec *rn_spec_load_draft (const char *path, GError **error);
/** The form of rn_spec_to_json(), written aside, synced and renamed. */
gboolean rn_spec_save (const RnSpec *spec, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RnSpec, rn_spec_free)

G_END_DECLS
