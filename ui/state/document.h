#pragma once

#include <residua/model.h>
#include <residua/sketch.h>

#include "state/record.h"

G_BEGIN_DECLS

/* What the window shows: a sketch (a specification being edited), a run (live or stored) or a model file. A run or a model
 * never changes what it is: an edit makes a sketch of it. */

typedef enum
{
  RN_DOCUMENT_SKETCH,
  RN_DOCUMENT_RUN,
  RN_DOCUMENT_MODEL
} RnDocumentKind;

#define RN_TYPE_DOCUMENT (rn_document_get_type ())
G_DECLARE_FINAL_TYPE (RnDocument, rn_document, RN, DOCUMENT, GObject)

/* Properties (read-only, notify):
 *   "title"    "ResNet-20", "ResNet-20, run 3", "resnet50.safetensors", "Sketch from run 3"
 *   "changed"  a sketch that is not as it was saved or begun
 */

/** @path: (nullable): the JSON file it came from */
RnDocument *rn_document_new_sketch (const RnSpec *spec, const char *path);
/** A sketch that begins as @origin's network. It keeps what its origin came from, so a fork of a fork is a fork of the
 * first. */
RnDocument *rn_document_new_fork (const RnSpec *spec, RnDocument *origin);
RnDocument *rn_document_new_run (RnRecord *record);
RnDocument *rn_document_new_model (RnModel *model, const char *path);

RnDocumentKind rn_document_get_kind (RnDocument *self);
const char *rn_document_get_title (RnDocument *self);
const RnSpec *rn_document_get_spec (RnDocument *self);
RnRecord *rn_document_get_record (RnDocument *self); /* (nullable): of a run */
/** Of a model file made elsewhere: what had to be guessed */
void rn_document_set_guesses (RnDocument *self, RnModelGuess guesses);
RnModelGuess rn_document_get_guesses (RnDocument *self);
RnModel *rn_document_get_model (RnDocument *self); /* (nullable): of a model file */
/** (nullable): of a sketch; to look at: edits go through rn_session_begin_edit() */
RnSketch *rn_document_get_sketch (RnDocument *self);
gboolean rn_document_is_changed (RnDocument *self);
/** A sketch that has become a preset and nothing more: as it is now it is not worth keeping where it has no file. */
void rn_document_set_preset (RnDocument *self);
/** Whether work would be lost if the program ended now */
gboolean rn_document_is_to_keep (RnDocument *self);
/** Whether there are weights to look at: those of a run or a model, and of a sketch whose output is its origin's to the bit
 * (rn_carry_keeps_output()): one that was only deepened */
gboolean rn_document_has_weights (RnDocument *self);
/** Returns: the name, without folder, of the file that keeps it until it is saved */
const char *rn_document_get_aside (RnDocument *self);
/** A sketch that was found in the file @name: it is changed, as it is in no other file. */
void rn_document_set_aside (RnDocument *self, const char *name);
/** Its sketch was edited: title and mark follow. */
void rn_document_refresh (RnDocument *self);
/** Its sketch as it was in @state stands in the file @path. */
void rn_document_set_saved (RnDocument *self, const char *path, guint64 state);
const char *rn_document_get_path (RnDocument *self); /* (nullable) */
/** Returns: (transfer none) (nullable): the run or model that a sketch was forked from */
RnDocument *rn_document_get_origin (RnDocument *self);
/** Of a sketch that has one: it stands elsewhere now, or (NULL) nowhere, and the sketch is one like any other. */
void rn_document_set_origin (RnDocument *self, RnDocument *origin);
/** Returns: whether the two are the same network to the byte: blocks, ids and names */
gboolean rn_document_is_same_spec (const RnSpec *a, const RnSpec *b);

/** Returns: (transfer full): the start of the names of runs of @spec: its name, with what file names should not have
 * replaced; "network" where it has none */
char *rn_document_folder_stem (const RnSpec *spec);
/** Returns: (transfer full): what people call the run in the folder @path (nullable): "ResNet-20, run 3" where the folder has
 * the name that it was given, otherwise the folder's name */
char *rn_document_make_run_title (const RnSpec *spec, const char *path);

G_END_DECLS
