"""How the judge that ships (rag/verifying/judge.safetensors, check.json) is made; not in the wheel.

python -m training.judge.train CORPUS.jsonl.xz --out RUN       pairs, then the layers, some three hours on two cores
python -m training.judge.fit CORPUS.jsonl.xz --run RUN         weights and thresholds on claims left out
"""
