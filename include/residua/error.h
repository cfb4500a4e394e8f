#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * RN_ERROR:
 *
 * What a person or a file can cause. Input and output keep GIO's own domain (G_IO_ERROR). Every message names the
 * file, block or field, and the value that is wrong.
 */
#define RN_ERROR (rn_error_quark ())

/**
 * RnError:
 * @RN_ERROR_SHAPE: things that do not fit together: blocks, pictures, parameters
 * @RN_ERROR_FORMAT: a file that is not what it claims to be, or is damaged
 * @RN_ERROR_DATA: a data set that cannot be used: empty, one class, labels out of range
 * @RN_ERROR_DIVERGED: training met NaN or infinity
 * @RN_ERROR_CANCELLED: somebody asked to stop
 * @RN_ERROR_MEMORY: more memory than there is
 */
typedef enum
{
  RN_ERROR_SHAPE,
  RN_ERROR_FORMAT,
  RN_ERROR_DATA,
  RN_ERROR_DIVERGED,
  RN_ERROR_CANCELLED,
  RN_ERROR_MEMORY
} RnError;

GQuark rn_error_quark (void);

G_END_DECLS
