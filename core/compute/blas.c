#include "blas.h"

#include <cblas.h>
#include <pthread.h>

#include "info.h"

static pthread_mutex_t serial = PTHREAD_MUTEX_INITIALIZER;

void
rn_blas_product (float *c, const float *a, const float *b, int m, int n, int k, int ldc, int lda,
                 int ldb, gboolean a_turned, gboolean b_turned, float beta)
{
  /* Only the pthread build is known to be safe in several threads at once. */
  gboolean parallel = rn_info_blas_is_parallel ();

  if (!parallel)
    pthread_mutex_lock (&serial);
  cblas_sgemm (CblasRowMajor, a_turned ? CblasTrans : CblasNoTrans,
               b_turned ? CblasTrans : CblasNoTrans, m, n, k, 1.0f, a, lda, b, ldb, beta, c, ldc);
  if (!parallel)
    pthread_mutex_unlock (&serial);
}
