"""The library of papers: kept, indexed and searched."""

import os

# Before numpy is first imported. The matrices of a query are small: BLAS threads would wait for each
# other longer than they work, and they wait spinning (on a busy machine 0.4 s a query instead of 0.02).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
