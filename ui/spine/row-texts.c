#include "spine/row-texts.h"

/* More than any view has at once: the two hundred rows of a list have four hundred texts of their own. Where there are as many,
 * names of rows that were scrolled away make room. */
#define MAX_LAYOUTS 1000

struct _RnRowTexts
{
  GtkWidget *widget;
  double scale;
  GHashTable *layouts; /* of PangoLayout, by width and text */
};

RnRowTexts *
rn_row_texts_new (GtkWidget *widget, double scale)
{
  RnRowTexts *self = g_new0 (RnRowTexts, 1);

  self->widget = widget;
  self->scale = scale;
  self->layouts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  return self;
}

void
rn_row_texts_free (RnRowTexts *self)
{
  g_hash_table_unref (self->layouts);
  g_free (self);
}

void
rn_row_texts_clear (RnRowTexts *self)
{
  g_hash_table_remove_all (self->layouts);
}

PangoLayout *
rn_row_texts_make (RnRowTexts *self, const char *text)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (self->widget, text);
  PangoAttrList *attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_scale_new (self->scale));
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  pango_layout_set_attributes (layout, attributes);
  pango_attr_list_unref (attributes);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  return layout;
}

PangoLayout *
rn_row_texts_get (RnRowTexts *self, const char *text, int width)
{
  g_autofree char *key = g_strdup_printf ("%d %s", width, text);
  PangoLayout *layout = g_hash_table_lookup (self->layouts, key);

  if (layout != NULL)
    return layout;
  if (g_hash_table_size (self->layouts) >= MAX_LAYOUTS)
    g_hash_table_remove_all (self->layouts);
  layout = rn_row_texts_make (self, text);
  pango_layout_set_width (layout, width);
  g_hash_table_insert (self->layouts, g_steal_pointer (&key), layout);
  return layout;
}

int
rn_row_texts_get_width (RnRowTexts *self, const char *text)
{
  int width;

  pango_layout_get_pixel_size (rn_row_texts_get (self, text, -1), &width, NULL);
  return width;
}
