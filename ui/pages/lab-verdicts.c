#include "pages/lab-verdicts.h"

#include <glib/gi18n-lib.h>

#include "pages/text.h"

#define HEAD_CHARS 10
#define NAME_CHARS 20
#define BAR_ROOM 22 /* pixels of the bar below the numbers, for which nobody else asks */

static RnLabAnswer
get_answer (RnLabResults *results, int check)
{
  return results != NULL ? rn_lab_results_get_verdict (results, check)->answer : RN_LAB_NOT_YET;
}

static const char *
get_icon (RnLabAnswer answer)
{
  switch (answer)
    {
    case RN_LAB_AGREES:
      return "object-select-symbolic";
    case RN_LAB_DIFFERS:
      return "window-close-symbolic";
    case RN_LAB_CANNOT_TELL:
      return "list-remove-symbolic";
    case RN_LAB_NOT_YET:
    default:
      return "content-loading-symbolic";
    }
}

static GtkWidget *
new_answer (RnLabAnswer answer)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *icon = gtk_image_new_from_icon_name (get_icon (answer));
  GtkWidget *word = gtk_label_new (rn_lab_answer_get_label (answer));

  gtk_accessible_update_property (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  rn_lab_answer_get_label (answer), -1);
  gtk_label_set_xalign (GTK_LABEL (word), 0);
  gtk_widget_add_css_class (word, answer == RN_LAB_NOT_YET ? "dim-label" : "heading");
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), word);
  return box;
}

static GtkWidget *
new_check (RnExperiment *experiment, RnLabResults *results, int check)
{
  const RnLabAnswer answer = get_answer (results, check);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  g_autofree char *numbers =
      answer != RN_LAB_NOT_YET ? rn_lab_results_describe (results, check) : NULL;

  gtk_box_append (GTK_BOX (box), new_answer (answer));
  gtk_box_append (GTK_BOX (box),
                  rn_text_new (rn_experiment_get_check (experiment, check)->text, NULL));
  if (numbers != NULL)
    {
      GtkWidget *label = rn_text_new (numbers, "dim-label");

      gtk_widget_add_css_class (label, "numeric");
      gtk_box_append (GTK_BOX (box), label);
    }
  return box;
}

GtkWidget *
rn_lab_verdicts_new (RnExperiment *experiment, RnLabResults *results)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  for (int check = 0; check < rn_experiment_n_checks (experiment); check++)
    gtk_box_append (GTK_BOX (box), new_check (experiment, results, check));
  return box;
}

char *
rn_lab_verdicts_summarize (RnExperiment *experiment, RnLabResults *results)
{
  const int n = rn_experiment_n_checks (experiment);
  int counts[] = {
    [RN_LAB_NOT_YET] = 0, [RN_LAB_AGREES] = 0, [RN_LAB_DIFFERS] = 0, [RN_LAB_CANNOT_TELL] = 0
  };

  for (int check = 0; check < n; check++)
    counts[get_answer (results, check)]++;
  if (n == 0)
    return g_strdup ("");
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    if (counts[i] == n)
      return g_strdup_printf ("%d × %s", n, rn_lab_answer_get_label ((RnLabAnswer) i));
  if (counts[RN_LAB_NOT_YET] > 0)
    /* Translators: of three things that were to be seen, one is as the paper says, and one is open still */
    return g_strdup_printf (_ ("%d of %d agree, %d not yet"), counts[RN_LAB_AGREES], n,
                            counts[RN_LAB_NOT_YET]);
  /* Translators: two counts: of three things that were to be seen, two are as the paper says */
  return g_strdup_printf (_ ("%d of %d agree"), counts[RN_LAB_AGREES], n);
}

/* Numbers */

static gboolean
is_of_checks (const RnExperiment *experiment, RnLabQuantity quantity)
{
  for (int i = 0; i < rn_experiment_n_checks (experiment); i++)
    {
      const RnLabCheck *check = rn_experiment_get_check (experiment, i);

      if (check->quantity[0] == quantity || (check->arm[1] >= 0 && check->quantity[1] == quantity))
        return TRUE;
    }
  return FALSE;
}

int
rn_lab_numbers_list (const RnExperiment *experiment, RnLabQuantity quantities[RN_LAB_N_QUANTITIES])
{
  int n = 0;

  for (RnLabQuantity quantity = 0; quantity < RN_LAB_N_QUANTITIES; quantity++)
    if (quantity == RN_LAB_TRAIN_ERROR || quantity == RN_LAB_TEST_ERROR ||
        quantity == RN_LAB_PARAMETERS || is_of_checks (experiment, quantity))
      quantities[n++] = quantity;
  return n;
}

/* Names and heads may take several lines, a number is never parted from its unit. What scrolls sideways is as high as it is
 * at its natural width, so a cell has no narrower one: rows that became higher would be cut off.
 */
static GtkWidget *
new_cell (const char *text, gboolean is_number, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);
  const int chars = is_number ? HEAD_CHARS : MIN ((int) g_utf8_strlen (text, -1), NAME_CHARS);

  gtk_label_set_xalign (GTK_LABEL (label), is_number ? 1 : 0);
  if (g_strcmp0 (css_class, "numeric") != 0)
    rn_text_wrap (label);
  gtk_label_set_width_chars (GTK_LABEL (label), chars);
  gtk_label_set_max_width_chars (GTK_LABEL (label), chars);
  gtk_label_set_justify (GTK_LABEL (label), is_number ? GTK_JUSTIFY_RIGHT : GTK_JUSTIFY_LEFT);
  gtk_widget_set_hexpand (label, TRUE);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

static char *
read_number (RnLabResults *results, int arm, RnLabQuantity quantity)
{
  const RnLabNumber number = results != NULL ? rn_lab_results_get_number (results, arm, quantity)
                                             : (RnLabNumber){ 0, 0.0, 0.0 };

  return rn_lab_number_to_string (&number, quantity);
}

GtkWidget *
rn_lab_numbers_new (RnExperiment *experiment, RnLabResults *results)
{
  GtkWidget *grid = gtk_grid_new (), *scroller = gtk_scrolled_window_new ();
  RnLabQuantity quantities[RN_LAB_N_QUANTITIES];
  const int n = rn_lab_numbers_list (experiment, quantities);

  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  gtk_widget_set_margin_bottom (grid, BAR_ROOM);
  gtk_grid_attach (GTK_GRID (grid), new_cell (_ ("Network"), FALSE, "dim-label"), 0, 0, 1, 1);
  for (int i = 0; i < n; i++)
    gtk_grid_attach (GTK_GRID (grid),
                     new_cell (rn_lab_quantity_get_label (quantities[i]), TRUE, "dim-label"), i + 1,
                     0, 1, 1);
  for (int arm = 0; arm < rn_experiment_n_arms (experiment); arm++)
    {
      gtk_grid_attach (GTK_GRID (grid),
                       new_cell (rn_experiment_get_arm (experiment, arm)->name, FALSE, NULL), 0,
                       arm + 1, 1, 1);
      for (int i = 0; i < n; i++)
        {
          g_autofree char *text = read_number (results, arm, quantities[i]);

          gtk_grid_attach (GTK_GRID (grid), new_cell (text, TRUE, "numeric"), i + 1, arm + 1, 1, 1);
        }
    }
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_AUTOMATIC,
                                  GTK_POLICY_NEVER);
  /* a bar that comes with the pointer only would leave columns cut off without a sign */
  gtk_scrolled_window_set_overlay_scrolling (GTK_SCROLLED_WINDOW (scroller), FALSE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), grid);
  return scroller;
}
