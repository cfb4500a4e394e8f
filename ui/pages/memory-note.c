#include "pages/memory-note.h"

#include <glib/gi18n-lib.h>

#include "pages/memory-check.h"
#include "pages/text.h"
#include "state/format.h"

struct _RnMemoryNote
{
  GtkWidget parent_instance;

  GtkWidget *text;
  GtkWidget *smaller;
  GCancellable *cancellable;
  int largest_batch; /* that the button offers */
};

G_DEFINE_FINAL_TYPE (RnMemoryNote, rn_memory_note, GTK_TYPE_WIDGET)

enum
{
  BATCH,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
on_answer (GObject *source, GAsyncResult *result, gpointer data)
{
  RnMemoryNote *self;
  RnMemoryCheck check;
  g_autofree char *text = NULL, *offer = NULL, *largest = NULL;
  gboolean fits;

  if (!rn_memory_check_finish (result, &check, NULL))
    return; /* cancelled: @data may be gone */
  self = RN_MEMORY_NOTE (data);
  self->largest_batch = check.largest_batch;
  fits = rn_memory_check_fits (&check);
  text = rn_memory_check_describe (&check);
  largest = rn_format_count (check.largest_batch);
  offer = g_strdup_printf (_ ("Use batches of %s"), largest);
  gtk_label_set_text (GTK_LABEL (self->text), text);
  gtk_button_set_label (GTK_BUTTON (self->smaller), offer);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->smaller), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  offer, -1);
  gtk_widget_set_visible (self->smaller, !fits && check.largest_batch >= 1);
  gtk_widget_remove_css_class (self->text, fits ? "warning" : "dim-label");
  gtk_widget_add_css_class (self->text, fits ? "dim-label" : "warning");
}

void
rn_memory_note_ask (RnMemoryNote *self, const RnSpec *spec, int batch, int threads)
{
  g_return_if_fail (RN_IS_MEMORY_NOTE (self));

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (spec == NULL)
    return;
  self->cancellable = g_cancellable_new ();
  rn_memory_check_async (spec, batch, threads, 0, self->cancellable, on_answer, self);
}

static void
on_smaller (RnMemoryNote *self)
{
  g_signal_emit (self, signals[BATCH], 0, self->largest_batch);
}

static void
rn_memory_note_dispose (GObject *object)
{
  RnMemoryNote *self = RN_MEMORY_NOTE (object);
  GtkWidget *child;

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (rn_memory_note_parent_class)->dispose (object);
}

static void
rn_memory_note_init (RnMemoryNote *self)
{
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));

  gtk_orientable_set_orientation (GTK_ORIENTABLE (layout), GTK_ORIENTATION_VERTICAL);
  gtk_box_layout_set_spacing (GTK_BOX_LAYOUT (layout), 12);
  self->text = gtk_label_new (NULL);
  rn_text_wrap (self->text);
  gtk_label_set_xalign (GTK_LABEL (self->text), 0);
  gtk_widget_add_css_class (self->text, "numeric");
  gtk_widget_add_css_class (self->text, "dim-label");
  self->smaller = gtk_button_new_with_label ("");
  gtk_widget_set_halign (self->smaller, GTK_ALIGN_START);
  gtk_widget_set_visible (self->smaller, FALSE);
  g_signal_connect_swapped (self->smaller, "clicked", G_CALLBACK (on_smaller), self);
  gtk_widget_set_parent (self->text, GTK_WIDGET (self));
  gtk_widget_set_parent (self->smaller, GTK_WIDGET (self));
}

static void
rn_memory_note_class_init (RnMemoryNoteClass *class)
{
  G_OBJECT_CLASS (class)->dispose = rn_memory_note_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BOX_LAYOUT);
  signals[BATCH] = g_signal_new ("batch", RN_TYPE_MEMORY_NOTE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

GtkWidget *
rn_memory_note_new (void)
{
  return g_object_new (RN_TYPE_MEMORY_NOTE, NULL);
}
