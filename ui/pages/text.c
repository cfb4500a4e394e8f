#include "pages/text.h"

/* Longer ones, such as a path, may be broken all the same. */
#define MAX_WORD 16

/* Returns: the end of the word that begins at @text; @n: (out): its characters; @is_korean: (out): whether one is Hangul */
static const char *
find_end (const char *text, int *n, gboolean *is_korean)
{
  *n = 0;
  *is_korean = FALSE;
  for (; *text != '\0' && !g_unichar_isspace (g_utf8_get_char (text));
       text = g_utf8_next_char (text))
    {
      *is_korean |= g_unichar_get_script (g_utf8_get_char (text)) == G_UNICODE_SCRIPT_HANGUL;
      (*n)++;
    }
  return text;
}

static PangoAttribute *
new_whole (guint start, guint end)
{
  PangoAttribute *whole = pango_attr_allow_breaks_new (FALSE);

  whole->start_index = start;
  whole->end_index = end;
  return whole;
}

/* Pango ends a line after any Korean syllable; people end it between words. */
static void
keep_words (GtkLabel *label)
{
  const char *text = gtk_label_get_text (label);
  g_autoptr (PangoAttrList) wholes = pango_attr_list_new ();

  for (const char *word = text; *word != '\0';)
    {
      int n;
      gboolean is_korean;
      const char *end = find_end (word, &n, &is_korean);

      if (is_korean && n <= MAX_WORD)
        pango_attr_list_insert (wholes, new_whole ((guint) (word - text), (guint) (end - text)));
      word = *end != '\0' ? g_utf8_next_char (end) : end;
    }
  /* the label is laid out anew for each list */
  if (!pango_attr_list_equal (wholes, gtk_label_get_attributes (label)))
    gtk_label_set_attributes (label, wholes);
}

void
rn_text_keep_words (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget))
    {
      g_signal_connect (widget, "notify::label", G_CALLBACK (keep_words), NULL);
      keep_words (GTK_LABEL (widget));
      return;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    rn_text_keep_words (child);
}

void
rn_text_wrap (GtkWidget *label)
{
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  rn_text_keep_words (label);
}

GtkWidget *
rn_text_new (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  rn_text_wrap (label);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}
