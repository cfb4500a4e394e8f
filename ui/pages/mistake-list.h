#pragma once

#include <gtk/gtk.h>
#include <residua/study.h>

G_BEGIN_DECLS

/* Pictures and what a network took them for, in one of these orders; of equals the surest first, then the first of the data
 * set. */
typedef enum
{
  RN_MISTAKES_SUREST, /* at first */
  RN_MISTAKES_LEAST_SURE,
  RN_MISTAKES_BY_TRUTH,
  RN_MISTAKES_BY_ANSWER
} RnMistakeOrder;

#define RN_TYPE_MISTAKE_LIST (rn_mistake_list_get_type ())
G_DECLARE_FINAL_TYPE (RnMistakeList, rn_mistake_list, RN, MISTAKE_LIST, GtkWidget)

/* Signal "activated" (int index): a picture of the test split was activated. */

GtkWidget *rn_mistake_list_new (void);
/**
 * rn_mistake_list_set:
 * @dataset: (nullable): whose test pictures they are; NULL empties the list
 * @names: of the classes, copied
 * @answers: copied
 */
void rn_mistake_list_set (RnMistakeList *self, RnDataset *dataset, const char *const *names,
                          const RnAnswer *answers, guint n);
void rn_mistake_list_set_order (RnMistakeList *self, RnMistakeOrder order);
guint rn_mistake_list_count (RnMistakeList *self);
/** @at: 0 to rn_mistake_list_count() - 1, as sorted */
const RnAnswer *rn_mistake_list_get (RnMistakeList *self, guint at);
void rn_mistake_list_activate (RnMistakeList *self, guint at);

G_END_DECLS
