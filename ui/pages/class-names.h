#pragma once

#include "state/session.h"

G_BEGIN_DECLS

/** Returns: (transfer full): @n names, NULL-terminated: the model's, else those of the session's data set where it has as
 * many classes, else "class 3". @model: (nullable) */
char **rn_class_names (RnSession *session, const RnModel *model, int n);
/** Returns: which of @names the picture's true class is called, whose number is the data set's and not the model's; -1 where
 * it is unknown or none of them */
int rn_class_names_find_truth (RnSession *session, const char *const *names);
/** Returns: (transfer full): "house, tree, fish, star, car, …" */
char *rn_class_names_list (const char *const *names, int at_most);
/** Returns: (transfer full): which weights: "ResNet-20, run 3, step 1,240, the live one"; @step: -1 where unknown */
char *rn_class_names_of_weights (RnSession *session, gint64 step);

G_END_DECLS
