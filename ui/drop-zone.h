#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Takes what is dropped anywhere on its child, and says in words what will happen while something hovers. */

#define RN_TYPE_DROP_ZONE (rn_drop_zone_get_type ())
G_DECLARE_FINAL_TYPE (RnDropZone, rn_drop_zone, RN, DROP_ZONE, AdwBin)

/* Signals:
 *   "files" (GListModel of GFile, gboolean all_pictures)   @all_pictures: of a data set, its pictures are to be classified
 *   "texture" (GdkTexture)                                 a picture without a file
 */

GtkWidget *rn_drop_zone_new (GtkWidget *child);
/** Says what would happen to @files, as if they hovered; NULL: nothing hovers any more. */
void rn_drop_zone_hover (RnDropZone *self, GListModel *files);

/** Returns: (transfer full) (element-type GFile) */
GListModel *rn_files_from_list (GdkFileList *list);
/** Returns: (transfer full): the paths of @files, NULL-terminated; the address of those that are not on this computer */
char **rn_files_get_paths (GListModel *files);

G_END_DECLS
